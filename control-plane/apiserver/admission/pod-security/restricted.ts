import { capabilities, findProcMount, hostPathVolumes, procMount } from './baseline.ts';
import {
  type Check,
  containersOf,
  containersWhere,
  distinct,
  hasUserNamespace,
  isWindows,
  named,
  type PodForm,
  plural,
  quoted,
  setters,
  sparing,
  type Violation,
} from './check.ts';

/** What Pods do that are hardened as is best practice: they ask for no more than they need, and say so. */

export const allowPrivilegeEscalation: Check = {
  level: 'restricted',
  versions: sparing(isWindows, 25, { since: 8, find: findEscalation }),
};

function findEscalation(pod: PodForm): Violation | undefined {
  const bad = containersWhere(pod, ({ securityContext }) => securityContext?.allowPrivilegeEscalation !== false);
  if (bad.length === 0) return undefined;
  const detail = `${named('container', bad)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
}

export const capabilitiesRestricted: Check = {
  level: 'restricted',
  replaces: capabilities,
  versions: sparing(isWindows, 25, { since: 22, find: findCapabilities }),
};

function findCapabilities(pod: PodForm): Violation | undefined {
  const keeping = containersWhere(pod, ({ securityContext }) => !securityContext?.capabilities?.drop?.includes('ALL'));
  const addedBy = ({ securityContext }: { securityContext?: { capabilities?: { add?: string[] } } }) =>
    (securityContext?.capabilities?.add ?? []).filter((name) => name !== 'NET_BIND_SERVICE');
  const adding = containersWhere(pod, (container) => addedBy(container).length > 0);
  const details = [
    ...(keeping.length > 0
      ? [`${named('container', keeping)} must set securityContext.capabilities.drop=["ALL"]`]
      : []),
    ...(adding.length > 0
      ? [
          `${named('container', adding)} must not include ${quoted(distinct(containersOf(pod.spec).flatMap(addedBy)))} in securityContext.capabilities.add`,
        ]
      : []),
  ];
  return details.length > 0 ? { reason: 'unrestricted capabilities', detail: details.join('; ') } : undefined;
}

export const procMountRestricted: Check = {
  level: 'restricted',
  replaces: procMount,
  versions: [{ since: 35, find: findProcMount }],
};

const allowedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'image',
  'persistentVolumeClaim',
  'projected',
  'secret',
];

export const restrictedVolumes: Check = {
  level: 'restricted',
  replaces: hostPathVolumes,
  versions: [
    {
      since: 0,
      find({ spec }) {
        const typesOf = (volume: object) =>
          Object.entries(volume).flatMap(([name, source]) => (name === 'name' || !source ? [] : [name]));
        const bad = (spec.volumes ?? []).filter(
          (volume) => !typesOf(volume).some((type) => allowedVolumes.includes(type)),
        );
        if (bad.length === 0) return undefined;
        const types = distinct(bad.map((volume) => typesOf(volume)[0] ?? 'unknown'));
        const uses = `${bad.length === 1 ? 'uses' : 'use'} ${plural(types.length, 'restricted volume type')}`;
        const detail = `${named(
          'volume',
          bad.map(({ name }) => name),
        )} ${uses} ${quoted(types)}`;
        return { reason: 'restricted volume types', detail };
      },
    },
  ],
};

export const runAsNonRoot: Check = {
  level: 'restricted',
  versions: sparing(hasUserNamespace, 35, { since: 0, find: findRoot }),
};

function findRoot(pod: PodForm): Violation | undefined {
  const reason = 'runAsNonRoot != true';
  const ofPod = pod.spec.securityContext?.runAsNonRoot;
  const who = setters(
    ofPod === false,
    containersWhere(pod, ({ securityContext }) => securityContext?.runAsNonRoot === false),
  );
  if (who.length > 0) {
    return { reason, detail: `${who.join(' and ')} must not set securityContext.runAsNonRoot=false` };
  }
  const silent = ofPod
    ? []
    : containersWhere(pod, ({ securityContext }) => securityContext?.runAsNonRoot === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${named('container', silent)} must set securityContext.runAsNonRoot=true` };
}

export const runAsUser: Check = {
  level: 'restricted',
  versions: sparing(hasUserNamespace, 35, { since: 23, find: findRootUser }),
};

function findRootUser(pod: PodForm): Violation | undefined {
  const containers = containersWhere(pod, ({ securityContext }) => securityContext?.runAsUser === 0);
  const who = setters(pod.spec.securityContext?.runAsUser === 0, containers);
  if (who.length === 0) return undefined;
  return { reason: 'runAsUser=0', detail: `${who.join(' and ')} must not set runAsUser=0` };
}
