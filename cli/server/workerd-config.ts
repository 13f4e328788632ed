import { certificateFiles } from './certificates.ts';

export interface WorkerdConfig {
  /** `HOST:PORT`. */
  listen: string;
  /** Absolute path of the built static assets. */
  assetsDir: string;
  /** Most megabytes of JavaScript objects; workerd ends where more are needed. */
  heapLimit?: number | undefined;
  /** A Unix socket on which the word of whoever connects is taken for who its clients are. */
  trustedSocket?: string | undefined;
}

/** By this header a front says what `request.cf` is to hold; on the trusted socket alone. */
export const platformHeader = 'fairlead-platform';

/** Durable Object classes with the bindings under which the Worker knows them. */
export const objectBindings = {
  CLUSTER: 'Cluster',
  CLUSTERS: 'Clusters',
  GATEWAY: 'NodeGateway',
  STREAM: 'Stream',
  CONTROLLERS: 'Controllers',
  SCHEDULER: 'Scheduler',
} as const;

/** Values that reach the Worker through workerd's environment, so that no secret is in the config file. */
export const environmentBindings = [
  'FAIRLEAD_ADMIN_TOKEN_HASH',
  'FAIRLEAD_ENCRYPTION_KEY',
  'FAIRLEAD_SETTINGS',
  'FAIRLEAD_CONTROLLERS',
  'FAIRLEAD_AUDIT',
] as const;

/** The runtime behaviour that the Worker is written for; wrangler.toml names the same. */
export const compatibilityDate = '2026-11-01';

const text = JSON.stringify;

/**
 * The workerd configuration of a local control plane, in Cap'n Proto text. It is written into the data directory and
 * refers to `worker.js`, `state/` and `tls/` there.
 */
export function workerdConfig({ listen, assetsDir, heapLimit, trustedSocket }: WorkerdConfig): string {
  const transport = `https = (options = (), tlsOptions = (keypair = (
        privateKey = embed ${text(certificateFiles.key)}, certificateChain = embed ${text(certificateFiles.chain)})))`;
  const v8Flags = [
    // Small young generations: collections stay short, which is what sets the slowest requests.
    '--max-semi-space-size=1',
    '--semi-space-growth-factor=1',
    ...(heapLimit === undefined ? [] : [`--max-heap-size=${heapLimit}`]),
  ];
  const sockets = [
    `(name = "api", address = ${text(listen)}, service = "control-plane", ${transport})`,
    ...(trustedSocket
      ? [
          `(name = "trusted", address = ${text(`unix:${trustedSocket}`)}, service = "control-plane",
      http = (cfBlobHeader = ${text(platformHeader)}))`,
        ]
      : []),
  ];
  const namespaces = Object.values(objectBindings).map(
    (className) => `(className = ${text(className)}, uniqueKey = ${text(`fairlead-${className}`)}, enableSql = true)`,
  );
  const bindings = [
    ...Object.entries(objectBindings).map(
      ([name, className]) => `(name = ${text(name)}, durableObjectNamespace = ${text(className)})`,
    ),
    '(name = "ASSETS", service = "assets")',
    ...environmentBindings.map((name) => `(name = ${text(name)}, fromEnvironment = ${text(name)})`),
  ];
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = [${v8Flags.map((flag) => text(flag)).join(', ')}],
  services = [
    (name = "control-plane", worker = .controlPlane),
    # What operators name is often on their own network.
    (name = "internet", network = (allow = ["public", "private"], tlsOptions = (trustBrowserCas = true))),
    (name = "state", disk = (path = "state", writable = true)),
    (name = "assets", disk = (path = ${text(assetsDir)})),
  ],
  sockets = [
    ${sockets.join(',\n    ')},
  ],
);

const controlPlane :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = ${text(compatibilityDate)},
  durableObjectNamespaces = [
    ${namespaces.join(',\n    ')},
  ],
  durableObjectStorage = (localDisk = "state"),
  bindings = [
    ${bindings.join(',\n    ')},
  ],
);
`;
}
