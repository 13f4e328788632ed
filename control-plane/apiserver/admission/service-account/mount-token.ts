import type { Pod } from '../../../../shared/api/object.ts';
import { generateName } from '../../registry/names.ts';

type PodSpec = NonNullable<Pod['spec']>;
type Volume = NonNullable<PodSpec['volumes']>[number];

/** Where every Kubernetes client library looks. */
const mountPath = '/var/run/secrets/kubernetes.io/serviceaccount';
const volumePrefix = 'kube-api-access-';
/** By this lifetime a token is known to be one that was mounted without being asked for. */
const expirationSeconds = 3607;

/** Mounts the token, the API's certificate authority and the namespace's name into every container that has the place free. */
export function mountToken(spec: PodSpec, random: () => number): void {
  const present = spec.volumes?.find(({ name }) => (name ?? '').startsWith(volumePrefix));
  const name = present?.name ?? generateName(volumePrefix, random);
  const containers = [...(spec.initContainers ?? []), ...(spec.containers ?? [])];
  const free = containers.filter(({ volumeMounts = [] }) =>
    volumeMounts.every((mount) => mount.mountPath !== mountPath),
  );
  for (const container of free) {
    container.volumeMounts = [...(container.volumeMounts ?? []), { name, readOnly: true, mountPath }];
  }
  if (!present && free.length > 0) spec.volumes = [...(spec.volumes ?? []), tokenVolume(name)];
}

function tokenVolume(name: string): Volume {
  return {
    name,
    projected: {
      sources: [
        { serviceAccountToken: { expirationSeconds, path: 'token' } },
        { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
        {
          downwardAPI: {
            items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
          },
        },
      ],
      defaultMode: 0o644,
    },
  };
}
