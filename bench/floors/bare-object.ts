import { join } from 'node:path';
import { build } from 'esbuild';
import { certificateFiles, ensureCertificates } from '../../cli/server/certificates.ts';
import { DataDir } from '../../cli/server/data-dir.ts';
import { workerdBinary } from '../../cli/server/local-server.ts';
import { compatibilityDate } from '../../cli/server/workerd-config.ts';
import { freePort } from '../setup/free-port.ts';
import { ask, type Server, ServerProcess } from '../setup/server.ts';

export interface BareServer extends Server {
  /** Ms from starting workerd to its first answer. */
  startMs: number;
}

/** The bare object on plain workerd: same flags, same kind of certificate, state on the same disk as ours. */
export async function startBareObject(folder: string): Promise<BareServer> {
  const dataDir = new DataDir(folder);
  dataDir.prepare();
  await ensureCertificates(dataDir, ['localhost', '127.0.0.1']);
  await build({
    entryPoints: [join(import.meta.dirname, '..', 'workers', 'bare-object.ts')],
    outfile: dataDir.file('worker.js'),
    bundle: true,
    format: 'esm',
    target: 'es2024',
    logLevel: 'error',
  });
  const port = await freePort();
  const configuration = dataDir.write(configurationFor(port), 'workerd.capnp');
  const ca = dataDir.read(certificateFiles.ca) as string;
  const address = { host: '127.0.0.1', port, ca, headers: {} };
  const startedAt = performance.now();
  const child = new ServerProcess(workerdBinary(), ['serve', configuration], { cwd: folder });
  try {
    await child.ready(async () => (await ask(address, '/plain/objects')).status === 200);
  } catch (error) {
    await child.stop();
    throw error;
  }
  return { ...address, startMs: performance.now() - startedAt, pid: child.pid, stop: () => child.stop() };
}

function configurationFor(port: number): string {
  return `using Workerd = import "/workerd/workerd.capnp";

const config :Workerd.Config = (
  v8Flags = ["--max-semi-space-size=1", "--semi-space-growth-factor=1"],
  services = [
    (name = "main", worker = .main),
    (name = "state", disk = (path = "state", writable = true)),
  ],
  sockets = [(
    name = "https", address = "127.0.0.1:${port}", service = "main",
    https = (options = (), tlsOptions = (keypair = (
      privateKey = embed "${certificateFiles.key}", certificateChain = embed "${certificateFiles.chain}"))),
  )],
);

const main :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "${compatibilityDate}",
  durableObjectNamespaces = [(className = "BareObject", uniqueKey = "bare", enableSql = true)],
  durableObjectStorage = (localDisk = "state"),
  bindings = [(name = "OBJECT", durableObjectNamespace = "BareObject")],
);
`;
}
