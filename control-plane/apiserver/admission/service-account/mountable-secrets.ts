import type { Pod, ServiceAccount } from '../../../../shared/api/object.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Container = PodSpec['containers'][number];

const annotation = 'kubernetes.io/enforce-mountable-secrets';
/** What Go's `ParseBool` takes for true. */
const truths = new Set(['1', 't', 'T', 'TRUE', 'true', 'True']);

/** Whether Pods of the account may use only the Secrets that it lists. */
export function enforceMountableSecrets({ metadata }: ServiceAccount): boolean {
  return truths.has(metadata.annotations?.[annotation] ?? '');
}

/** The first reference to a Secret that the account does not list, in Kubernetes' words. */
export function forbiddenSecretReference(account: ServiceAccount, spec: PodSpec): string | undefined {
  const { metadata, secrets = [], imagePullSecrets = [] } = account;
  const listed = new Set(secrets.map(({ name }) => name));
  const because = `is not allowed because service account ${metadata.name} does not reference that`;
  for (const { secret } of spec.volumes ?? []) {
    if (secret && !listed.has(secret.secretName)) {
      return `volume with secret.secretName="${secret.secretName}" ${because} secret`;
    }
  }
  for (const [label, containers] of [
    ['init container', spec.initContainers ?? []],
    ['container', spec.containers ?? []],
  ] as const) {
    for (const container of containers) {
      const found = unlisted(container, listed);
      if (found) return `${label} ${container.name} with ${found} ${because} secret`;
    }
  }
  const pulls = new Set(imagePullSecrets.map(({ name }) => name));
  const index = (spec.imagePullSecrets ?? []).findIndex(({ name }) => !pulls.has(name));
  if (index < 0) return undefined;
  return `imagePullSecrets[${index}].name="${spec.imagePullSecrets?.[index]?.name}" ${because} imagePullSecret`;
}

function unlisted({ env = [], envFrom = [] }: Container, listed: ReadonlySet<string | undefined>): string | undefined {
  for (const { name, valueFrom } of env) {
    const secret = valueFrom?.secretKeyRef;
    if (secret && !listed.has(secret.name)) return `envVar ${name} referencing secret.secretName="${secret.name}"`;
  }
  const from = envFrom.find(({ secretRef }) => secretRef && !listed.has(secretRef.name));
  return from && `envFrom referencing secret.secretName="${from.secretRef?.name}"`;
}
