import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UserError } from '../report.ts';
import { type CertificateFront, startCertificateFront } from './certificate-front.ts';
import { certificateFiles } from './certificates.ts';
import type { DataDir } from './data-dir.ts';

export interface LocalFrontOptions {
  host: string;
  port: number;
  dataDir: DataDir;
}

/** Where clients with certificates are served, and the socket that is between there and the server. */
export interface LocalFront {
  /** In a folder of its own, which nobody else may enter: whoever connects is believed. */
  socketPath: string;
  /** To be called before the server listens on the socket: an earlier one may have left it. */
  clear(): void;
  /** Begins to listen, with the certificate of the data directory. */
  start(): Promise<void>;
  /** The certificate is another one. */
  renew(): void;
  close(): Promise<void>;
}

export function createLocalFront({ host, port, dataDir }: LocalFrontOptions): LocalFront {
  // Not in the data directory, whose path may be longer than those of sockets can be.
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-'));
  chmodSync(folder, 0o700);
  const socketPath = join(folder, 'server.sock');
  const read = (name: 'key' | 'chain') => dataDir.read(certificateFiles[name]) ?? '';
  let front: CertificateFront | undefined;

  return {
    socketPath,
    clear: () => rmSync(socketPath, { force: true }),
    async start() {
      try {
        front = await startCertificateFront({ host, port, key: read('key'), chain: read('chain'), socketPath });
      } catch (cause) {
        const { code } = cause as NodeJS.ErrnoException;
        throw new UserError(`Clients with certificates cannot be served at ${host}:${port} (${code}).`, { cause });
      }
    },
    renew: () => front?.renew({ key: read('key'), chain: read('chain') }),
    async close() {
      await front?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
