import * as z from 'zod/mini';
import { type AuditPolicy, auditLevels, auditStages } from './policy.ts';

/** Where audit events go, and which there are: JSON of `FAIRLEAD_AUDIT`. */
export interface AuditSettings {
  policy: AuditPolicy;
  /** Gets batches of events as Kubernetes' webhook backend sends them. */
  webhook?: { url: string; token?: string };
  /** Each event is a line of the Worker's log. */
  console?: boolean;
}

const stages = z.optional(z.array(z.enum(auditStages)));
const texts = z.optional(z.array(z.string()));
const group = z.string().check(z.regex(/^(\*|[a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/));
const path = z.string().check(z.regex(/^(\*|\/[^*]*\*?)$/));

const groupResources = z.strictObject({ group: z.optional(group), resources: texts, resourceNames: texts }).check(
  z.refine(({ resources, resourceNames }) => !resourceNames?.length || !!resources?.length, {
    error: 'using resourceNames requires at least one resource',
    path: ['resourceNames'],
  }),
);

const rule = z
  .strictObject({
    level: z.enum(auditLevels),
    users: texts,
    userGroups: texts,
    verbs: texts,
    resources: z.optional(z.array(groupResources)),
    namespaces: texts,
    nonResourceURLs: z.optional(z.array(path)),
    omitStages: stages,
    omitManagedFields: z.optional(z.boolean()),
  })
  .check(
    z.refine(
      ({ nonResourceURLs, resources, namespaces }) =>
        !nonResourceURLs?.length || (!resources?.length && !namespaces?.length),
      { error: 'rules cannot apply to both regular resources and non-resource URLs', path: ['nonResourceURLs'] },
    ),
  );

const policy = z.object({
  apiVersion: z.literal('audit.k8s.io/v1'),
  kind: z.literal('Policy'),
  rules: z.array(rule).check(z.minLength(1)),
  omitStages: stages,
  omitManagedFields: z.optional(z.boolean()),
});

const webhook = z.strictObject({
  url: z.string().check(z.regex(/^https?:\/\/\S+$/)),
  token: z.optional(z.string().check(z.regex(/^[\x21-\x7e]+$/))),
});

const settings = z.strictObject({ policy, webhook: z.optional(webhook), console: z.optional(z.boolean()) });

/** Throws an Error that names the field. Undefined: nothing is recorded. */
export function parseAuditSettings(json: string | undefined): AuditSettings | undefined {
  if (!json) return undefined;
  const result = settings.safeParse(JSON.parse(json));
  if (result.success) return result.data as AuditSettings;
  const [issue] = result.error.issues;
  throw new Error(`${['audit', ...(issue?.path ?? [])].join('.')}: ${issue?.message ?? 'malformed'}`);
}
