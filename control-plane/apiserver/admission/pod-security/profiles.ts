import type { Container } from '../../../../shared/api/object.ts';
import {
  type Check,
  containersOf,
  containersWhere,
  distinct,
  isWindows,
  named,
  type PodForm,
  plural,
  quoted,
  setters,
  sparing,
  type Violation,
} from './check.ts';

/** The rules about what the kernel's own guards are told: AppArmor, SELinux and seccomp. */

const safeProfiles = ['RuntimeDefault', 'Localhost'];
const appArmorPrefix = 'container.apparmor.security.beta.kubernetes.io/';

export const appArmorProfile: Check = {
  level: 'baseline',
  versions: [
    {
      since: 0,
      find({ metadata, spec }) {
        const typeOf = (context: { appArmorProfile?: { type: string } } | undefined) => context?.appArmorProfile?.type;
        const isBad = (type: string | undefined) => type !== undefined && !safeProfiles.includes(type);
        const containers = containersOf(spec).filter(({ securityContext }) => isBad(typeOf(securityContext)));
        const contexts = [spec.securityContext, ...containers.map(({ securityContext }) => securityContext)];
        const types = contexts.map(typeOf).filter(isBad) as string[];
        const annotations = Object.entries(metadata?.annotations ?? {})
          .filter(([name, value]) => name.startsWith(appArmorPrefix) && !isSafeAppArmor(value))
          .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
          .sort();
        const who = [
          ...setters(
            isBad(typeOf(spec.securityContext)),
            containers.map(({ name }) => name),
          ),
          ...(annotations.length > 0 ? [plural(annotations.length, 'annotation')] : []),
        ];
        if (who.length === 0) return undefined;
        const values = [...distinct(types), ...annotations];
        return {
          reason: plural(values.length, 'forbidden AppArmor profile'),
          detail: `${who.join(' and ')} must not set AppArmor profile type to ${quoted(values)}`,
        };
      },
    },
  ],
};

function isSafeAppArmor(profile: string): boolean {
  return profile === '' || profile === 'runtime/default' || profile.startsWith('localhost/');
}

const seLinuxTypes = ['', 'container_t', 'container_init_t', 'container_kvm_t'];

interface SELinux {
  type?: string;
  user?: string;
  role?: string;
}

export const seLinuxOptions: Check = {
  level: 'baseline',
  versions: [
    { since: 0, find: (pod) => findSELinux(pod, seLinuxTypes) },
    { since: 31, find: (pod) => findSELinux(pod, [...seLinuxTypes, 'container_engine_t']) },
  ],
};

function findSELinux(pod: PodForm, allowed: readonly string[]): Violation | undefined {
  const isBad = (options: SELinux | undefined): options is SELinux =>
    options !== undefined && (!allowed.includes(options.type ?? '') || Boolean(options.user) || Boolean(options.role));
  const optionsOf = ({ securityContext }: Container) => securityContext?.seLinuxOptions;
  const ofPod = pod.spec.securityContext?.seLinuxOptions;
  const who = setters(
    isBad(ofPod),
    containersWhere(pod, (container) => isBad(optionsOf(container))),
  );
  if (who.length === 0) return undefined;
  const bad = [ofPod, ...containersOf(pod.spec).map(optionsOf)].filter(isBad);
  const types = distinct(bad.map(({ type = '' }) => type).filter((type) => !allowed.includes(type)));
  const what = [
    ...(types.length > 0 ? [named('type', types)] : []),
    ...(bad.some(({ user }) => user) ? ['user may not be set'] : []),
    ...(bad.some(({ role }) => role) ? ['role may not be set'] : []),
  ];
  const detail = `${who.join(' and ')} set forbidden securityContext.seLinuxOptions: ${what.join('; ')}`;
  return { reason: 'seLinuxOptions', detail };
}

const seccompPod = 'seccomp.security.alpha.kubernetes.io/pod';
const seccompContainer = 'container.seccomp.security.alpha.kubernetes.io/';

export const seccompBaseline: Check = {
  level: 'baseline',
  versions: [
    { since: 0, find: findSeccompAnnotations },
    { since: 19, find: findSeccomp },
  ],
};

function findSeccompAnnotations({ metadata, spec }: PodForm): Violation | undefined {
  const names = [seccompPod, ...containersOf(spec).map(({ name }) => seccompContainer + name)];
  const bad = distinct(names).flatMap((name) => {
    const value = metadata?.annotations?.[name];
    return value === undefined || isSafeSeccomp(value) ? [] : [`${name}=${JSON.stringify(value)}`];
  });
  if (bad.length === 0) return undefined;
  return { reason: 'seccompProfile', detail: `forbidden ${plural(bad.length, 'annotation')} ${bad.join(', ')}` };
}

function isSafeSeccomp(profile: string): boolean {
  return ['runtime/default', 'docker/default'].includes(profile) || profile.startsWith('localhost/');
}

/** Profiles that are named, and unsafe. */
function findSeccomp(pod: PodForm): Violation | undefined {
  const isBad = (type: string | undefined) => type !== undefined && !safeProfiles.includes(type);
  const typeOf = ({ securityContext }: Container) => securityContext?.seccompProfile?.type;
  const ofPod = pod.spec.securityContext?.seccompProfile?.type;
  const who = setters(
    isBad(ofPod),
    containersWhere(pod, (container) => isBad(typeOf(container))),
  );
  if (who.length === 0) return undefined;
  const types = [ofPod, ...containersOf(pod.spec).map(typeOf)].filter(isBad) as string[];
  const detail = `${who.join(' and ')} must not set securityContext.seccompProfile.type to ${quoted(distinct(types))}`;
  return { reason: 'seccompProfile', detail };
}

/** There has to be one. */
function findNoSeccomp(pod: PodForm): Violation | undefined {
  const unsafe = findSeccomp(pod);
  if (unsafe || pod.spec.securityContext?.seccompProfile) return unsafe;
  const without = containersWhere(pod, ({ securityContext }) => !securityContext?.seccompProfile);
  if (without.length === 0) return undefined;
  const detail = `pod or ${named('container', without)} must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"`;
  return { reason: 'seccompProfile', detail };
}

export const seccompRestricted: Check = {
  level: 'restricted',
  replaces: seccompBaseline,
  versions: sparing(isWindows, 25, { since: 19, find: findNoSeccomp }),
};
