import type { Container } from '../../../../shared/api/object.ts';
import {
  type Check,
  containersOf,
  containersWhere,
  distinct,
  hasUserNamespace,
  named,
  type PodForm,
  plural,
  quoted,
  setters,
  sparing,
  type Violation,
} from './check.ts';

/** What keeps known ways of escalation shut and asks nothing of ordinary Pods. */

const defaultCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);

export const capabilities: Check = {
  level: 'baseline',
  versions: [
    {
      since: 0,
      find(pod) {
        const forbidden = (container: Container) =>
          (container.securityContext?.capabilities?.add ?? []).filter((name) => !defaultCapabilities.has(name));
        const bad = containersWhere(pod, (container) => forbidden(container).length > 0);
        if (bad.length === 0) return undefined;
        const added = distinct(containersOf(pod.spec).flatMap(forbidden));
        const detail = `${named('container', bad)} must not include ${quoted(added)} in securityContext.capabilities.add`;
        return { reason: 'non-default capabilities', detail };
      },
    },
  ],
};

export const hostNamespaces: Check = {
  level: 'baseline',
  versions: [
    {
      since: 0,
      find({ spec }) {
        const shared = (['hostNetwork', 'hostPID', 'hostIPC'] as const).filter((field) => spec[field]);
        if (shared.length === 0) return undefined;
        return { reason: 'host namespaces', detail: shared.map((field) => `${field}=true`).join(', ') };
      },
    },
  ],
};

export const hostPathVolumes: Check = {
  level: 'baseline',
  versions: [
    {
      since: 0,
      find({ spec }) {
        const volumes = (spec.volumes ?? []).filter(({ hostPath }) => hostPath).map(({ name }) => name);
        return volumes.length > 0 ? { reason: 'hostPath volumes', detail: named('volume', volumes) } : undefined;
      },
    },
  ],
};

export const hostPorts: Check = {
  level: 'baseline',
  versions: [
    {
      since: 0,
      find(pod) {
        const portsOf = ({ ports }: Container) => (ports ?? []).flatMap(({ hostPort }) => (hostPort ? [hostPort] : []));
        const bad = containersWhere(pod, (container) => portsOf(container).length > 0);
        if (bad.length === 0) return undefined;
        const ports = distinct(containersOf(pod.spec).flatMap(portsOf).map(String));
        const uses = `${bad.length === 1 ? 'uses' : 'use'} ${plural(ports.length, 'hostPort')}`;
        return { reason: 'hostPort', detail: `${named('container', bad)} ${uses} ${ports.join(', ')}` };
      },
    },
  ],
};

export const hostProbes: Check = {
  level: 'baseline',
  versions: [
    {
      since: 34,
      find(pod) {
        const bad = distinct(containersWhere(pod, (container) => hostsOf(container).length > 0));
        if (bad.length === 0) return undefined;
        const hosts = distinct(containersOf(pod.spec).flatMap(hostsOf));
        const uses = `${bad.length === 1 ? 'uses' : 'use'} ${plural(hosts.length, 'probe or lifecycle host')}`;
        return { reason: 'probe or lifecycle host', detail: `${named('container', bad)} ${uses} ${quoted(hosts)}` };
      },
    },
  ],
};

/** Whom its probes and hooks speak to instead of the Pod. */
function hostsOf({ livenessProbe, readinessProbe, startupProbe, lifecycle }: Container): string[] {
  const handlers = [livenessProbe, readinessProbe, startupProbe, lifecycle?.postStart, lifecycle?.preStop];
  return handlers.flatMap((handler) =>
    [handler?.httpGet?.host, handler?.tcpSocket?.host].filter((host) => host !== undefined && host !== ''),
  ) as string[];
}

export const privileged: Check = {
  level: 'baseline',
  versions: [
    {
      since: 0,
      find(pod) {
        const bad = containersWhere(pod, ({ securityContext }) => securityContext?.privileged === true);
        if (bad.length === 0) return undefined;
        return {
          reason: 'privileged',
          detail: `${named('container', bad)} must not set securityContext.privileged=true`,
        };
      },
    },
  ],
};

export function findProcMount(pod: PodForm): Violation | undefined {
  const typeOf = ({ securityContext }: Container) => securityContext?.procMount ?? 'Default';
  const bad = containersWhere(pod, (container) => typeOf(container) !== 'Default');
  if (bad.length === 0) return undefined;
  const types = distinct(containersOf(pod.spec).map(typeOf)).filter((type) => type !== 'Default');
  const detail = `${named('container', bad)} must not set securityContext.procMount to ${quoted(types)}`;
  return { reason: 'procMount', detail };
}

export const procMount: Check = {
  level: 'baseline',
  versions: sparing(hasUserNamespace, 35, { since: 0, find: findProcMount }),
};

const sysctlsByVersion = [
  {
    since: 0,
    names: [
      'kernel.shm_rmid_forced',
      'net.ipv4.ip_local_port_range',
      'net.ipv4.tcp_syncookies',
      'net.ipv4.ping_group_range',
      'net.ipv4.ip_unprivileged_port_start',
    ],
  },
  { since: 27, names: ['net.ipv4.ip_local_reserved_ports'] },
  {
    since: 29,
    names: [
      'net.ipv4.tcp_keepalive_time',
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_keepalive_intvl',
      'net.ipv4.tcp_keepalive_probes',
    ],
  },
  { since: 32, names: ['net.ipv4.tcp_rmem', 'net.ipv4.tcp_wmem'] },
];

export const sysctls: Check = {
  level: 'baseline',
  versions: sysctlsByVersion.map(({ since }) => {
    const safe = new Set(sysctlsByVersion.filter((added) => added.since <= since).flatMap(({ names }) => names));
    return {
      since,
      find({ spec }: PodForm) {
        const names = (spec.securityContext?.sysctls ?? []).map(({ name }) => name).filter((name) => !safe.has(name));
        return names.length > 0 ? { reason: 'forbidden sysctls', detail: names.join(', ') } : undefined;
      },
    };
  }),
};

export const windowsHostProcess: Check = {
  level: 'baseline',
  versions: [
    {
      since: 0,
      find(pod) {
        const isSet = (context: { windowsOptions?: { hostProcess?: boolean } } | undefined) =>
          context?.windowsOptions?.hostProcess === true;
        const containers = containersWhere(pod, ({ securityContext }) => isSet(securityContext));
        const who = setters(isSet(pod.spec.securityContext), containers);
        if (who.length === 0) return undefined;
        const detail = `${who.join(' and ')} must not set securityContext.windowsOptions.hostProcess=true`;
        return { reason: 'hostProcess', detail };
      },
    },
  ],
};
