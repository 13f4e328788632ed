import { join } from 'node:path';

const labFolder = join(import.meta.dirname, '..', 'lab');
export const echoPort = 7000;

/** Runs a program of this machine inside a Pod: the machine's root is mounted at `/host`. */
const onHost = (script: string, ...args: string[]) => [
  'chroot',
  '/host',
  process.execPath,
  join(labFolder, script),
  ...args,
];

/** What to run in an echo Pod to ask a server: one request of `probe.ts` on standard input. */
export const probeCommand = onHost('probe.ts');

const service = (protocol: 'TCP' | 'UDP') => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: `echo-${protocol.toLowerCase()}` },
  spec: { selector: { app: 'echo' }, ports: [{ port: echoPort, protocol }] },
});

/** Manifests: a server for TCP and UDP on every host, and a Service for each protocol. */
export const echoManifests = [
  service('TCP'),
  service('UDP'),
  {
    apiVersion: 'v1',
    kind: 'ReplicationController',
    metadata: { name: 'echo' },
    spec: {
      replicas: 3,
      selector: { app: 'echo' },
      template: {
        metadata: { labels: { app: 'echo' } },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name: 'echo',
              image: 'fairlead-guestbook/redis:v1',
              command: onHost('echo-server.ts', '$(POD_NAME)', '0.0.0.0', String(echoPort)),
              env: [{ name: 'POD_NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } }],
              volumeMounts: [{ name: 'host', mountPath: '/host' }],
            },
          ],
          volumes: [{ name: 'host', hostPath: { path: '/', type: 'Directory' } }],
        },
      },
    },
  },
]
  .map((manifest) => JSON.stringify(manifest))
  .join('\n---\n');
