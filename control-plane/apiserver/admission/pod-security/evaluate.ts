import * as baseline from './baseline.ts';
import type { Check, PodForm, Violation } from './check.ts';
import type { Standard } from './policy.ts';
import * as profiles from './profiles.ts';
import * as restricted from './restricted.ts';

/** In the order in which violations are told. */
const checks: readonly Check[] = [
  profiles.appArmorProfile,
  baseline.capabilities,
  baseline.hostNamespaces,
  baseline.hostPathVolumes,
  baseline.hostPorts,
  baseline.hostProbes,
  baseline.privileged,
  baseline.procMount,
  profiles.seLinuxOptions,
  profiles.seccompBaseline,
  baseline.sysctls,
  baseline.windowsHostProcess,
  restricted.allowPrivilegeEscalation,
  restricted.capabilitiesRestricted,
  restricted.procMountRestricted,
  restricted.restrictedVolumes,
  restricted.runAsNonRoot,
  restricted.runAsUser,
  profiles.seccompRestricted,
];

/** Everything in which a Pod falls short of a standard. */
export function violations(pod: PodForm, { level, minor = Number.POSITIVE_INFINITY }: Standard): Violation[] {
  if (level === 'privileged') return [];
  const inForce = checks.flatMap((check) => {
    const version = check.versions.findLast(({ since }) => since <= minor);
    return version && (check.level === 'baseline' || level === 'restricted') ? [{ check, version }] : [];
  });
  const replaced = new Set(inForce.map(({ check }) => check.replaces));
  return inForce.flatMap(({ check, version }) => (replaced.has(check) ? [] : (version.find(pod) ?? [])));
}

/** `privileged (container "c" must not ...), hostPort (...)`. */
export function describeViolations(found: readonly Violation[]): string {
  return found.map(({ reason, detail }) => (detail ? `${reason} (${detail})` : reason)).join(', ');
}
