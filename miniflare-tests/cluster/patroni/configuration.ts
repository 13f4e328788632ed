import { join } from 'node:path';

export interface Member {
  /** Of the member and of its Pod. */
  name: string;
  namespace: string;
  /** The address that Patroni writes into the Endpoints while this member leads. */
  podIP: string;
  /** Of the kubeconfig. */
  context: string;
}

export interface Place {
  /** The data directory of each member is in it, under its name. */
  folder: string;
  ports: { api: number; postgresql: number };
}

/** Seconds, the least that Patroni takes: a leader that says nothing for so long has lost its office. */
export const ttl = 20;

/** Where Debian has PostgreSQL's programs. */
const binaries = '/usr/lib/postgresql/15/bin';

/** Patroni's configuration: YAML, of which JSON is a part. */
export function configurationOf({ name, namespace, podIP, context }: Member, { folder, ports }: Place) {
  const here = (port: number) => `127.0.0.1:${port}`;
  return {
    scope: 'demo',
    name,
    restapi: { listen: here(ports.api), connect_address: here(ports.api) },
    kubernetes: {
      namespace,
      context,
      labels: { application: 'patroni' },
      scope_label: 'cluster-name',
      use_endpoints: true,
      pod_ip: podIP,
      ports: [{ name: 'postgresql', port: 5432 }],
    },
    bootstrap: {
      dcs: { ttl, loop_wait: 1, retry_timeout: 5, postgresql: { parameters: settings } },
      initdb: [{ encoding: 'UTF8' }, { auth: 'trust' }, 'no-sync'],
    },
    postgresql: {
      listen: here(ports.postgresql),
      connect_address: here(ports.postgresql),
      data_dir: join(folder, name),
      bin_dir: binaries,
      pgpass: join(folder, `${name}.pgpass`),
      authentication: { superuser: { username: 'postgres' }, replication: { username: 'postgres' } },
      pg_hba: ['local all all trust', 'host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust'],
      basebackup: [{ checkpoint: 'fast' }],
      parameters: { unix_socket_directories: folder },
    },
    watchdog: { mode: 'off' },
  };
}

/** Small and quick, and nothing outside of the data directory: its shared memory would outlive a process that is killed. */
const settings = { fsync: 'off', shared_buffers: '16MB', dynamic_shared_memory_type: 'mmap' };
