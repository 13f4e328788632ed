import type { Container, Pod } from '../../shared/api/object.ts';
import type {
  ContainerConfig,
  ContainerSecurity,
  ImageRecord,
  Mount,
  SandboxConfig,
} from '../runtime/container-runtime.ts';
import { type ClusterView, ContainerConfigError } from './cluster-view.ts';
import { containerEnvironment } from './env.ts';
import { expand } from './expansion.ts';
import type { PodFacts } from './field-ref.ts';
import { appLabels, engineName, refOf, sandboxLabels } from './identity.ts';
import { containerLimits } from './resources.ts';

export interface SandboxInput {
  pod: Pod;
  attempt: number;
  node: string;
  /** Network mode for Pods that do not use the host's network. */
  network: string;
}

export function sandboxConfig({ pod, attempt, node, network }: SandboxInput): SandboxConfig {
  const { hostNetwork, hostPID, hostIPC, securityContext } = pod.spec ?? {};
  const sysctls = securityContext?.sysctls ?? [];
  return {
    name: engineName(refOf(pod), '', attempt),
    labels: sandboxLabels(pod, { node, attempt }),
    hostname: hostnameOf(pod),
    network: hostNetwork ? 'host' : network,
    ports: hostNetwork ? [] : hostPorts(pod),
    ...(hostPID ? { hostPID } : {}),
    ...(hostIPC ? { hostIPC } : {}),
    ...(sysctls.length > 0 ? { sysctls: Object.fromEntries(sysctls.map(({ name, value }) => [name, value])) } : {}),
  };
}

/** The Pod's name, cut to what the kernel takes, unless the Pod names its host. */
export function hostnameOf(pod: Pod): string {
  return (pod.spec?.hostname ?? pod.metadata.name ?? '').slice(0, 63).replace(/[-.]+$/, '');
}

function hostPorts(pod: Pod): SandboxConfig['ports'] {
  const ports = (pod.spec?.containers ?? []).flatMap((container) => container.ports ?? []);
  return ports
    .filter(({ hostPort }) => hostPort)
    .map(({ hostPort = 0, hostIP, containerPort, protocol = 'TCP' }) => ({
      hostPort,
      containerPort,
      protocol: protocol as 'TCP' | 'UDP' | 'SCTP',
      ...(hostIP ? { hostIP } : {}),
    }));
}

export interface ContainerInput {
  pod: Pod;
  container: Container;
  attempt: number;
  node: string;
  sandboxId: string;
  image: ImageRecord;
  mounts: Mount[];
  cluster: ClusterView;
  facts: PodFacts;
}

/** Throws ContainerConfigError where the Pod asks for what is not there. */
export function containerConfig(input: ContainerInput): ContainerConfig {
  const { pod, container, attempt, node, sandboxId, mounts, facts } = input;
  const env = containerEnvironment(input);
  const expanded = (words: string[]) => words.map((word) => expand(word, (name) => env.get(name)));
  const spec = pod.spec ?? { containers: [] };
  return {
    name: engineName(refOf(pod), container.name, attempt),
    labels: appLabels(pod, { node, attempt, container: container.name, sandboxId }),
    sandboxId,
    image: container.image ?? '',
    ...(container.command?.length ? { command: expanded(container.command) } : {}),
    ...(container.args?.length ? { args: expanded(container.args) } : {}),
    env: [...env].map(([name, value]) => `${name}=${value}`),
    ...(container.workingDir ? { workingDir: container.workingDir } : {}),
    mounts,
    ...(spec.hostPID ? { hostPID: true } : {}),
    ...(spec.shareProcessNamespace ? { sharePID: true } : {}),
    ...(container.tty ? { tty: true } : {}),
    ...(container.stdin ? { stdin: true } : {}),
    ...(container.stdinOnce ? { stdinOnce: true } : {}),
    resources: containerLimits(pod, container, facts.resources),
    security: securityOf(input),
  };
}

function securityOf({ pod, container, image }: ContainerInput): ContainerSecurity {
  const own = container.securityContext ?? {};
  const shared = pod.spec?.securityContext ?? {};
  const uid = own.runAsUser ?? shared.runAsUser;
  const gid = own.runAsGroup ?? shared.runAsGroup;
  if (own.runAsNonRoot ?? shared.runAsNonRoot) refuseRoot({ pod, container, uid, imageUser: image.user });
  const user =
    uid === undefined && gid === undefined
      ? undefined
      : `${uid ?? userPart(image.user)}${gid === undefined ? '' : `:${gid}`}`;
  const groups = [...(shared.supplementalGroups ?? []), ...(shared.fsGroup === undefined ? [] : [shared.fsGroup])];
  return {
    ...(user ? { user } : {}),
    supplementalGroups: groups.map(String),
    privileged: own.privileged ?? false,
    readOnlyRootFilesystem: own.readOnlyRootFilesystem ?? false,
    capabilitiesAdd: own.capabilities?.add ?? [],
    capabilitiesDrop: own.capabilities?.drop ?? [],
    noNewPrivileges: own.allowPrivilegeEscalation === false,
  };
}

function userPart(imageUser: string): string {
  return imageUser.split(':')[0] || '0';
}

function refuseRoot({
  pod,
  container,
  uid,
  imageUser,
}: {
  pod: Pod;
  container: Container;
  uid: number | undefined;
  imageUser: string;
}): void {
  const { namespace, name, uid: podUid } = refOf(pod);
  const subject = `(pod: "${name}_${namespace}(${podUid})", container: ${container.name})`;
  if (uid === 0) throw new ContainerConfigError(`container's runAsUser breaks non-root policy ${subject}`);
  if (uid !== undefined) return;
  const user = userPart(imageUser);
  if (user === '0' || user === 'root') {
    throw new ContainerConfigError(`container has runAsNonRoot and image will run as root ${subject}`);
  }
  if (!/^\d+$/.test(user)) {
    throw new ContainerConfigError(
      `container has runAsNonRoot and image has non-numeric user (${user}), cannot verify user is non-root ${subject}`,
    );
  }
}
