import { Buffer } from 'node:buffer';
import type { Pod } from '../../shared/api/object.ts';
import type { ClusterView } from '../pods/cluster-view.ts';
import type { RegistryCredentials } from '../runtime/container-runtime.ts';
import { registryOf } from './reference.ts';

interface DockerConfigEntry {
  username?: string;
  password?: string;
  auth?: string;
}

/** The Pod's `imagePullSecrets` that fit the image's registry; the first one wins. */
export function pullCredentials(pod: Pod, image: string, cluster: ClusterView): RegistryCredentials | undefined {
  const registry = registryOf(image);
  for (const { name = '' } of pod.spec?.imagePullSecrets ?? []) {
    const data = cluster.secret(pod.metadata.namespace ?? '', name)?.data;
    for (const [server, entry] of Object.entries(dockerConfig(data))) {
      if (hostOf(server) === registry) return { ...login(entry), serverAddress: server };
    }
  }
  return undefined;
}

/** A Secret that does not hold a Docker configuration is passed over, as the kubelet does. */
function dockerConfig(data: Record<string, string> | undefined): Record<string, DockerConfigEntry> {
  const text = data?.['.dockerconfigjson'] ?? data?.['.dockercfg'];
  if (!text) return {};
  try {
    const parsed = JSON.parse(Buffer.from(text, 'base64').toString());
    return (data?.['.dockerconfigjson'] ? parsed.auths : parsed) ?? {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

function hostOf(server: string): string {
  const host = server.replace(/^https?:\/\//, '').split('/')[0] ?? '';
  return host === 'index.docker.io' ? 'docker.io' : host;
}

function login({ username = '', password = '', auth }: DockerConfigEntry): { username: string; password: string } {
  if (!auth) return { username, password };
  const [user = '', ...rest] = Buffer.from(auth, 'base64').toString().split(':');
  return { username: user, password: rest.join(':') };
}
