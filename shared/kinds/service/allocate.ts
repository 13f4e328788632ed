import ipaddr from 'ipaddr.js';
import { type FieldError, invalid, StatusError } from '../../api/errors.ts';
import { invalidValue } from '../../api/field-errors.ts';
import type { Service } from '../../api/object.ts';
import type { StrategyContext } from '../define-kind.ts';
import { addressRange } from './address-range.ts';
import { pickFree } from './pick-free.ts';
import {
  headless,
  isHeadless,
  needsClusterIP,
  needsHealthCheckPort,
  needsNodePorts,
  type ServiceSpec,
  specOf,
} from './service-type.ts';
import { validateService } from './validate.ts';

/** What a Service holds so that no other gets the same. */
export function serviceClaims(service: Service): string[] {
  const spec = specOf(service);
  const claims = (spec.clusterIPs ?? []).filter((ip) => ip !== headless).map(clusterIPClaim);
  for (const { nodePort, protocol } of spec.ports ?? []) if (nodePort) claims.push(nodePortClaim(protocol, nodePort));
  if (spec.healthCheckNodePort) claims.push(nodePortClaim('TCP', spec.healthCheckNodePort));
  return [...new Set(claims)];
}

function clusterIPClaim(ip: string): string {
  return `clusterIP/${ip}`;
}

function nodePortClaim(protocol: string | undefined, port: number): string {
  return `nodePort/${protocol ?? 'TCP'}/${port}`;
}

/**
 * Gives a new Service the address and the ports that it needs and did not name.
 * Throws StatusError `Invalid` for a named one that is out of range or taken. An invalid Service gets nothing:
 * validation is about to refuse it, with reasons that matter more.
 */
export function allocateForCreate(service: Service, context: StrategyContext): void {
  const spec = specOf(service);
  normalizeClusterIPs(spec);
  if (validateService(service).length > 0) return;
  chooseFamilies(service, spec);
  allocateClusterIP(service, context);
  allocateNodePorts(service, undefined, context);
}

/** As `allocateForCreate`, for what an update newly needs; what the Service already holds is not asked for again. */
export function allocateForUpdate(service: Service, old: Service, context: StrategyContext): void {
  const spec = specOf(service);
  normalizeClusterIPs(spec);
  if (validateService(service).length > 0) return;
  if (needsClusterIP(spec) && !needsClusterIP(specOf(old))) {
    chooseFamilies(service, spec);
    allocateClusterIP(service, context);
  }
  allocateNodePorts(service, old, context);
}

function normalizeClusterIPs(spec: ServiceSpec): void {
  if (spec.clusterIP && !spec.clusterIPs?.length) spec.clusterIPs = [spec.clusterIP];
}

/** The cluster has IPv4 addresses only. */
function chooseFamilies(service: Service, spec: ServiceSpec): void {
  if (!needsClusterIP(spec)) return;
  const errors: FieldError[] = [];
  if (spec.ipFamilyPolicy === 'RequireDualStack') {
    const detail = 'this cluster is not configured for dual-stack services';
    errors.push(invalidValue('spec.ipFamilyPolicy', spec.ipFamilyPolicy, detail));
  }
  const given = spec.ipFamilies ?? [];
  for (const [index, family] of given.entries()) {
    if (family !== 'IPv4') {
      errors.push(invalidValue(`spec.ipFamilies[${index}]`, family, 'not configured on this cluster'));
    }
  }
  if (errors.length > 0) throw refused(service, errors);
  spec.ipFamilies = given.length > 0 ? given : ['IPv4'];
  spec.ipFamilyPolicy ??= 'SingleStack';
}

function allocateClusterIP(service: Service, context: StrategyContext): void {
  const spec = specOf(service);
  if (!needsClusterIP(spec) || isHeadless(spec)) return;
  const range = addressRange(context.settings.serviceCIDR);
  if (spec.clusterIP) {
    const refuse = (why: string) => {
      const detail = `failed to allocate IP ${spec.clusterIP}: ${why}`;
      return refused(service, [invalidValue('spec.clusterIPs', spec.clusterIPs, detail)]);
    };
    if (!ipaddr.IPv4.isValidFourPartDecimal(spec.clusterIP) || !range.contains(spec.clusterIP)) {
      throw refuse(`provided IP is not in the valid range. The range of valid IPs is ${context.settings.serviceCIDR}`);
    }
    if (context.isClaimed(clusterIPClaim(spec.clusterIP))) throw refuse('provided IP is already allocated');
    return;
  }
  const index = pickFree({
    size: range.size,
    reserved: range.reserved,
    random: context.random,
    isFree: (candidate) => !context.isClaimed(clusterIPClaim(range.at(candidate))),
  });
  if (index === undefined) throw exhausted('failed to allocate a serviceIP: range is full');
  spec.clusterIP = range.at(index);
  spec.clusterIPs = [spec.clusterIP];
}

function allocateNodePorts(service: Service, old: Service | undefined, context: StrategyContext): void {
  const spec = specOf(service);
  const held = new Set(old ? serviceClaims(old) : []);
  const own = new Set<string>();
  const isFree = (claim: string) => !own.has(claim) && (held.has(claim) || !context.isClaimed(claim));
  const errors: FieldError[] = [];
  const take = (protocol: string | undefined, port: number, path: string) => {
    const claim = nodePortClaim(protocol, port);
    if (!held.has(claim)) errors.push(...judgePort(port, path, isFree(claim), context));
    own.add(claim);
  };
  for (const [index, { protocol, nodePort }] of (spec.ports ?? []).entries()) {
    if (nodePort) take(protocol, nodePort, `spec.ports[${index}].nodePort`);
  }
  if (spec.healthCheckNodePort) take('TCP', spec.healthCheckNodePort, 'spec.healthCheckNodePort');
  if (errors.length > 0) throw refused(service, errors);

  const choose = (protocol: string | undefined, preferred?: number): number => {
    const port =
      preferred && isFree(nodePortClaim(protocol, preferred))
        ? preferred
        : freePort(context, (candidate) => isFree(nodePortClaim(protocol, candidate)));
    own.add(nodePortClaim(protocol, port));
    return port;
  };
  if (needsNodePorts(spec)) {
    for (const port of spec.ports ?? []) {
      // The same port over another protocol is the same to clients: DNS over TCP and UDP.
      const twin = spec.ports?.find((other) => other.port === port.port && other.nodePort)?.nodePort;
      port.nodePort ||= choose(port.protocol, twin);
    }
  }
  if (needsHealthCheckPort(spec)) spec.healthCheckNodePort ||= choose('TCP');
}

function judgePort(port: number, path: string, free: boolean, { settings }: StrategyContext): FieldError[] {
  const { from, to } = settings.nodePortRange;
  if (port < from || port > to) {
    const detail = `provided port is not in the valid range. The range of valid ports is ${from}-${to}`;
    return [invalidValue(path, port, detail)];
  }
  return free ? [] : [invalidValue(path, port, 'provided port is already allocated')];
}

function freePort({ settings, random }: StrategyContext, isFree: (port: number) => boolean): number {
  const { from, to } = settings.nodePortRange;
  const size = to - from + 1;
  // The lower part is left to Services that name their port.
  const reserved = size <= 16 ? 0 : Math.min(Math.max(16, Math.floor(size / 32)), 128);
  const index = pickFree({ size, reserved, random, isFree: (candidate) => isFree(from + candidate) });
  if (index === undefined) throw exhausted('failed to allocate a nodePort: range is full');
  return from + index;
}

function refused(service: Service, errors: FieldError[]): StatusError {
  return invalid({ resource: 'services', kind: 'Service', name: service.metadata.name }, errors);
}

function exhausted(message: string): StatusError {
  return new StatusError('InternalError', message);
}
