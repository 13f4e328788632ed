import { chmod, readFile, rename, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { endpointUrl } from './connection/socket.ts';

/** The control plane refused to take the machine in, or could not be asked; the message is for the operator. */
export class JoinError extends Error {
  override readonly name = 'JoinError';
}

export interface JoinOptions {
  server: string;
  /** A bootstrap token, `ID.SECRET`. */
  token: string;
  nodeName: string;
  /** PEM, where the machine does not know the server's authority. */
  ca?: string;
}

/** Exchanges a bootstrap token for this node's credential. */
export async function joinCluster({
  server,
  token,
  nodeName,
  ca,
}: JoinOptions): Promise<{ credential: string; nodeName: string }> {
  const url = endpointUrl(server, '/fairlead/v1/join');
  const { status, body } = await post(url, { token, content: JSON.stringify({ nodeName }), ...(ca ? { ca } : {}) });
  if (status === 401) throw new JoinError('the server does not know this bootstrap token, or it has expired');
  const answer = parse(body);
  if (status >= 300) throw new JoinError(`the server did not let the node join (${status}): ${answer.message ?? body}`);
  if (typeof answer.credential !== 'string') throw new JoinError('the server answered the join without a credential');
  return { credential: answer.credential, nodeName: typeof answer.nodeName === 'string' ? answer.nodeName : nodeName };
}

function parse(body: string): Record<string, unknown> {
  try {
    return JSON.parse(body) as Record<string, unknown>;
  } catch {
    throw new JoinError('the server did not answer the join with JSON: is this the address of a cluster?');
  }
}

interface Post {
  token: string;
  content: string;
  ca?: string;
}

/** `fetch` cannot be given a certificate authority. */
function post(url: URL, { token, content, ca }: Post): Promise<{ status: number; body: string }> {
  const send = url.protocol === 'http:' ? httpRequest : httpsRequest;
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(content),
  };
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', headers, timeout: 30_000, ...(ca ? { ca } : {}) }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString() }));
    });
    request.on('timeout', () => request.destroy(new Error('no answer within 30 s')));
    request.on('error', (error) => reject(new JoinError(`${url.origin} cannot be reached: ${error.message}`)));
    request.end(content);
  });
}

interface StoredCredential {
  server: string;
  nodeName: string;
  credential: string;
}

/** The credential that an earlier join to this server under this name left; undefined when there is none. */
export async function readCredential(
  file: string,
  { server, nodeName }: { server: string; nodeName: string },
): Promise<string | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (!text) return undefined;
  const stored = JSON.parse(text) as StoredCredential;
  return stored.server === server && stored.nodeName === nodeName ? stored.credential : undefined;
}

export async function writeCredential(file: string, stored: StoredCredential): Promise<void> {
  const draft = `${file}.new`;
  await writeFile(draft, `${JSON.stringify(stored)}\n`, { mode: 0o600 });
  await chmod(draft, 0o600);
  await rename(draft, file);
}
