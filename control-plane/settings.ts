import ipaddr from 'ipaddr.js';
import * as z from 'zod/mini';
import { badRequest } from '../shared/api/errors.ts';
import { type ClusterSettings, defaultSettings } from '../shared/kinds/define-kind.ts';
import { toNumber, toText } from '../shared/kinds/networking/ipv4.ts';
import { parseApiServerAddress } from './api-server-address.ts';
import { defaultCluster } from './default-cluster.ts';
import { jwtAuthenticators } from './jwt-settings.ts';

const cidr = z.string().check(z.regex(/^[0-9a-fA-F.:]+\/\d{1,3}$/));
const port = z.number().check(z.int(), z.minimum(1), z.maximum(65535));
/** As OpenID Connect has it: no query, no fragment. */
const issuer = z.string().check(z.regex(/^https:\/\/[^\s?#]+$/));
/** Certificates, one after the other. */
const pem = z
  .string()
  .check(
    z.maxLength(256 * 1024),
    z.regex(/^(\s*-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----)*\s*$/),
  );
/** Empty: none, whatever holds for the deployment. */
const address = z.string().check(
  z.refine((text) => text === '' || parseApiServerAddress(text) !== undefined, {
    error: 'must be IP:PORT, an IPv4 address that other machines reach',
  }),
);
const seconds = z.number().check(z.int(), z.minimum(1));

/** What may be set for one cluster; all of it optional. */
const settingsSchema = z.strictObject({
  serviceCIDR: z.optional(cidr),
  clusterCIDR: z.optional(cidr),
  nodePortRange: z.optional(z.strictObject({ from: port, to: port })),
  defaultTolerationSeconds: z.optional(z.number().check(z.int(), z.minimum(0))),
  nodeMonitorGracePeriodSeconds: z.optional(seconds),
  eventTTLSeconds: z.optional(seconds),
  serviceAccountIssuer: z.optional(issuer),
  historySeconds: z.optional(seconds),
  apiServerCA: z.optional(pem),
  apiServerAddress: z.optional(address),
  jwt: z.optional(jwtAuthenticators),
}) satisfies z.ZodMiniType<Partial<ClusterSettings>>;

/** What the whole deployment has to agree on, because the Worker in front needs it before it knows the cluster. */
export interface DeploymentSettings {
  /**
   * Objects that share the connections of a cluster's nodes. One serves thousands of nodes. To be changed only with a
   * deployment, which makes every node connect anew.
   */
  gatewayCount: number;
}

const deploymentSchema = z.extend(settingsSchema, {
  gatewayCount: z.optional(z.number().check(z.int(), z.minimum(1), z.maximum(64))),
});

/** Settings of a cluster from JSON. Throws BadRequest that names the field. */
export function parseSettings(value: unknown): Partial<ClusterSettings> {
  return parseWith(settingsSchema, value);
}

/** Settings of the deployment, and those of clusters that hold for all of them, from the JSON of `FAIRLEAD_SETTINGS`. */
export function parseDeploymentSettings(json: string | undefined): {
  deployment: DeploymentSettings;
  clusters: Partial<ClusterSettings>;
} {
  const { gatewayCount = 1, ...clusters } = parseWith(deploymentSchema, json ? JSON.parse(json) : {});
  return { deployment: { gatewayCount }, clusters };
}

function parseWith<T>(schema: z.ZodMiniType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const path = ['settings', ...(issue?.path ?? [])].join('.');
  throw badRequest(`${path}: Invalid value: ${issue?.message ?? 'malformed'}`);
}

/** The settings that apply: a cluster's own over the deployment's over the defaults. */
export function resolveSettings(...layers: Partial<ClusterSettings>[]): ClusterSettings {
  return Object.assign({}, defaultSettings, ...layers);
}

/**
 * The settings that apply to a cluster. An address of the deployment leads to the cluster that is served without a
 * prefix, so that it is not one of any other.
 */
export function settingsOf(
  { name, settings }: { name: string; settings: Partial<ClusterSettings> },
  deploymentJson: string | undefined,
): ClusterSettings {
  const { clusters } = parseDeploymentSettings(deploymentJson);
  const shared = name === defaultCluster ? clusters : { ...clusters, apiServerAddress: '' };
  return resolveSettings(shared, settings);
}

/** The first address of the Service range: that of the Service `kubernetes`. */
export function firstServiceAddress({ serviceCIDR }: Pick<ClusterSettings, 'serviceCIDR'>): string {
  return toText(toNumber(ipaddr.IPv4.networkAddressFromCIDR(serviceCIDR).toString()) + 1);
}
