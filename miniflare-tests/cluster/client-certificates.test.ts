import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request as httpsRequest } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { packageRoot } from '../../cli/server/package-root.ts';
import { type CertificateSubject, makeKeyAndRequest } from '../../cli/server/user-certificate.ts';
import { makeCertificate, makeSelfSigned } from '../../shared/certificates/testing/make-request.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { stdin, tour } from './kubectl-tour.ts';
import { freePort, ServerProcess } from './server-process.ts';
import { eventually } from './waits.ts';

const created = 'certificatesigningrequest.certificates.k8s.io';

let server: ServerProcess;
let folder: string;
let port: number;
let kubectl: RunKubectl;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-certificates-'));
  server = await ServerProcess.create();
  port = await freePort();
  server.start(['--client-certificates-listen', `127.0.0.1:${port}`]);
  await server.untilReady();
  const { ca = '', token } = server.credential;
  write('ca.crt', ca);
  const path = join(folder, 'config');
  kubectl = createKubectl(path);
  const config = (rest: string) => kubectl(['config', ...rest.split(' ')]);
  for (const args of [
    `set-cluster here --server=https://127.0.0.1:${port} --certificate-authority=${join(folder, 'ca.crt')}`,
    `set-credentials admin --token=${token}`,
    'set-context admin --cluster=here --user=admin',
    'use-context admin',
  ]) {
    expect((await config(args)).code, args).toBe(0);
  }
});

afterAll(async () => {
  await server.stop();
  await server.discard();
  rmSync(folder, { recursive: true, force: true });
});

function write(name: string, content: string): string {
  writeFileSync(join(folder, name), content, { mode: 0o600 });
  return join(folder, name);
}

/** As Kubernetes' documentation has it: a key, a request, an approval, and the certificate into the kubeconfig. */
async function enroll(
  name: string,
  subject: CertificateSubject,
  spec: object = { signerName: 'kubernetes.io/kube-apiserver-client', usages: ['client auth'] },
): Promise<void> {
  const { key, request } = await makeKeyAndRequest(subject);
  const manifest = {
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: { request: Buffer.from(request).toString('base64'), ...spec },
  };
  await tour(kubectl, [
    { run: 'create -f -', input: stdin(manifest), stdout: `${created}/${name} created` },
    { run: `certificate approve ${name}`, stdout: `${created}/${name} approved` },
    { run: `wait csr/${name} --for=jsonpath='{.status.certificate}' --timeout=10s`, stdout: /condition met/ },
  ]);
  const { stdout } = await kubectl(['get', 'csr', name, '-o', 'jsonpath={.status.certificate}']);
  const certificate = Buffer.from(stdout, 'base64').toString();
  await setCredentials(name, { key, certificate });
}

async function setCredentials(name: string, { key, certificate }: { key: string; certificate: string }) {
  const files = `--client-key=${write(`${name}.key`, key)} --client-certificate=${write(`${name}.crt`, certificate)}`;
  await tour(kubectl, [
    { run: `config set-credentials ${name} ${files} --embed-certs=true`, stdout: `User "${name}" set.` },
    { run: `config set-context ${name} --cluster=here --user=${name}`, stdout: `Context "${name}" created.` },
  ]);
}

describe('a user with a certificate', () => {
  beforeAll(() => enroll('myuser', { user: 'myuser', groups: ['dev', 'ops'] }));

  it('is who it names', async () => {
    const { stdout } = await kubectl(['get', 'csr', 'myuser', '-o', 'jsonpath={.status.certificate}']);
    const { fingerprint256 } = new X509Certificate(Buffer.from(stdout, 'base64'));
    const fingerprint = fingerprint256.replaceAll(':', '').toLowerCase();
    await tour(kubectl, [
      {
        run: 'auth whoami --context myuser',
        stdout: new RegExp(
          `Username +myuser\\nGroups +\\[dev ops system:authenticated\\]\\nExtra: authentication.kubernetes.io/credential-id +\\[X509SHA256=${fingerprint}\\]`,
        ),
      },
    ]);
  });

  it('may what roles grant', async () => {
    await tour(kubectl, [
      {
        run: 'get pods --context myuser',
        code: 1,
        stderr:
          'Error from server (Forbidden): pods is forbidden: User "myuser" cannot list resource "pods" in API group "" in the namespace "default"',
      },
      { run: 'create role developer --verb=create,get,list,update,delete --resource=pods', stdout: /created/ },
      { run: 'create rolebinding developer-binding-myuser --role=developer --user=myuser', stdout: /created/ },
      { run: 'get pods --context myuser', stderr: 'No resources found in default namespace.' },
      // They are in an object of their own.
      { run: 'get events --context myuser', code: 1, stderr: /User "myuser" cannot list resource "events"/ },
    ]);
  });

  it('watches through the same door, for as long as it likes', async () => {
    await tour(kubectl, [
      { run: 'create clusterrolebinding dev-view --clusterrole=view --group=dev', stdout: /created/ },
      { run: 'create configmap watched', stdout: /created/ },
      { run: 'get events --context myuser', stderr: 'No resources found in default namespace.' },
    ]);
    // Its second line is of the watch, whenever that has begun.
    const again = /\nwatched [\s\S]*\nwatched /;
    let isSeen = false;
    const watching = kubectl(['get', 'configmaps', '--watch', '--context', 'myuser'], { interruptAt: again });
    const ended = watching.finally(() => {
      isSeen = true;
    });
    for (let count = 0; !isSeen; count += 1)
      await kubectl(['label', 'configmap', 'watched', '--overwrite', `n=${count}`]);
    expect((await ended).stdout).toMatch(again);
  });

  it('is nobody at the port that asks for no certificate', async () => {
    await tour(kubectl, [
      {
        run: `get namespaces --context myuser --server=${server.credential.server}`,
        code: 1,
        stderr: /Error from server \(Forbidden\)/,
      },
    ]);
  });
});

it('fairlead kubeconfig --user does all of it', async () => {
  const command = [join(packageRoot(), 'bin/fairlead.mjs'), 'kubeconfig', '--data-dir', server.dataDir];
  const more = ['--user', 'jane@example.com', '--group', 'dev', '--group', 'a, O=b', '--expires', '1h'];
  const { stdout } = await promisify(execFile)(process.execPath, [...command, ...more]);
  const jane = createKubectl(write('jane', stdout));
  await tour(jane, [{ run: 'auth whoami', stdout: /Username +jane@example.com\nGroups +\[dev a, O=b system:auth/ }]);
});

it('a certificate of a node is judged by what that node may', async () => {
  await enroll(
    'node',
    { user: 'system:node:n1', groups: ['system:nodes'] },
    { signerName: 'kubernetes.io/kube-apiserver-client-kubelet', usages: ['digital signature', 'client auth'] },
  );
  await tour(kubectl, [
    { run: 'auth whoami --context node', stdout: /Username +system:node:n1\nGroups +\[system:nodes system:auth/ },
    {
      run: 'get lease n1 -n kube-node-lease --context node',
      code: 1,
      stderr: 'Error from server (NotFound): leases.coordination.k8s.io "n1" not found',
    },
    {
      run: 'get lease n2 -n kube-node-lease --context node',
      code: 1,
      stderr:
        /User "system:node:n1" cannot get .*: can only access node lease with the same name as the requesting node/,
    },
  ]);
});

it('a certificate of somebody else’s authority is nobody’s, and not even anonymous', async () => {
  await setCredentials('foreign', await makeSelfSigned('O=system:masters, CN=root'));
  await tour(kubectl, [
    { run: 'get namespaces --context foreign', code: 1, stderr: /You must be logged in to the server/ },
    { run: 'get --raw /version --context foreign', code: 1, stderr: /Unauthorized/ },
  ]);
});

describe('who has no certificate', () => {
  it('is taken for who its token says', async () => {
    await tour(kubectl, [{ run: 'auth whoami', stdout: /Username +kubernetes-admin/ }]);
  });

  it.each(['front', 'server'])('gets none by headers: %s', async (where) => {
    const told = `:${Buffer.from(await makeCertificate('O=system:masters, CN=root')).toString('base64')}:`;
    const blob = JSON.stringify({ tlsClientAuth: { certPresented: '1', certRFC9440: told } });
    const at = where === 'front' ? port : Number(new URL(server.credential.server).port);
    for (const header of ['fairlead-platform', 'Fairlead-Platform', 'cf-blob', 'mf-cf-blob', 'client-cert']) {
      const value = header === 'client-cert' ? told : blob;
      // Were the header taken, the certificate would be refused with 401.
      expect(await statusOf(at, { [header]: value }), header).toBe(200);
      expect(await statusOf(at, { connection: `keep-alive, ${header}`, [header]: value }), header).toBe(200);
    }
  });
});

/** Of `/version`, which anybody may read. */
function statusOf(at: number, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = httpsRequest(
      { host: '127.0.0.1', port: at, ca: server.credential.ca, path: '/version', headers, agent: false },
      (answer) => {
        answer.resume();
        resolve(answer.statusCode);
      },
    );
    call.once('error', reject);
    call.end();
  });
}

it('the port is there again when the server behind it has been killed', async () => {
  const before = server.workerdPid;
  server.killWorkerd();
  await eventually('another server answers', async () => {
    const { code } = await kubectl(['get', '--raw', '/readyz']);
    return code === 0 && server.workerdPid !== before;
  });
  await tour(kubectl, [{ run: 'auth whoami --context myuser', stdout: /Username +myuser/ }]);
});
