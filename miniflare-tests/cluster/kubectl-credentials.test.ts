import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeRequest } from '../../shared/certificates/testing/make-request.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { stdin, tour } from './kubectl-tour.ts';
import { eventually } from './waits.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

beforeAll(async () => {
  cluster = await startCluster({ nodes: [{}] });
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

async function printed(run: string): Promise<string> {
  const { stdout, stderr, code } = await kubectl(run.split(' '));
  expect(code, stderr).toBe(0);
  return stdout.trim();
}

const claimsOf = (token: string) => JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());

async function request(name: string, spec: object = {}) {
  return stdin({
    apiVersion: 'certificates.k8s.io/v1',
    kind: 'CertificateSigningRequest',
    metadata: { name },
    spec: {
      request: await makeRequest({ subject: 'O=team, CN=ann' }),
      signerName: 'kubernetes.io/kube-apiserver-client',
      usages: ['client auth'],
      ...spec,
    },
  });
}

it('kubectl certificate approve and deny: one gets a certificate, the other none', async () => {
  const row = (name: string, condition: string) =>
    new RegExp(`\\n${name} +\\d+s +kubernetes.io/kube-apiserver-client +\\S+ +(?:24h|<none>) +${condition}\\n`);
  const created = 'certificatesigningrequest.certificates.k8s.io';
  await tour(kubectl, [
    {
      run: 'create -f -',
      input: await request('ann', { expirationSeconds: 86_400 }),
      stdout: `${created}/ann created`,
    },
    { run: 'create -f -', input: await request('bob'), stdout: `${created}/bob created` },
    {
      run: 'get csr',
      stdout:
        /^NAME +AGE +SIGNERNAME +REQUESTOR +REQUESTEDDURATION +CONDITION\nann +\d+s .* 24h +Pending\nbob .* <none> +Pending\n$/,
    },
    { run: 'certificate approve ann', stdout: `${created}/ann approved` },
    { run: 'certificate deny bob', stdout: `${created}/bob denied` },
    {
      run: "wait csr/ann --for=jsonpath='{.status.certificate}' --timeout=10s",
      stdout: `${created}/ann condition met`,
    },
    { run: 'get csr', stdout: row('ann', 'Approved,Issued') },
    { run: 'get csr', stdout: row('bob', 'Denied') },
    {
      run: 'describe csr ann',
      stdout: /Requested Duration: +24h[\s\S]*Status: +Approved,Issued[\s\S]*Common Name: +ann/,
    },
  ]);
  const certificate = new X509Certificate(
    Buffer.from(await printed('get csr ann -o jsonpath={.status.certificate}'), 'base64'),
  );
  expect(certificate.subject).toBe('O=team\nCN=ann');
});

it('kubectl create token, for so long, for whom, and bound to what', async () => {
  await printed('create serviceaccount robot');
  const token = await printed('create token robot');
  const whoAmI = await kubectl(['auth', 'whoami', '-o', 'jsonpath={.status.userInfo.username}', '--token', token]);
  expect([whoAmI.code, whoAmI.stderr]).toEqual([0, '']);
  const plain = claimsOf(token);
  expect(plain).toMatchObject({ sub: 'system:serviceaccount:default:robot' });
  expect(plain.exp - plain.iat).toBe(3600);

  await printed('create secret generic holder');
  const bound = claimsOf(
    await printed(
      'create token robot --duration=20m --audience=vault --audience=other --bound-object-kind=Secret --bound-object-name=holder',
    ),
  );
  expect(bound).toMatchObject({ aud: ['vault', 'other'], 'kubernetes.io': { secret: { name: 'holder' } } });
  expect(bound.exp - bound.iat).toBe(1200);
  await tour(kubectl, [
    {
      run: 'create token robot --duration=1m',
      code: 1,
      stderr: /spec.expirationSeconds: Invalid value: 60: may not specify a duration less than 10 minutes/,
    },
    { run: 'create token absent', code: 1, stderr: /serviceaccounts "absent" not found/ },
  ]);
});

it('a Pod finds the token of its ServiceAccount, the authorities and its namespace', async () => {
  await printed('run reader --image=any --restart=Never');
  await printed('wait pod/reader --for=condition=Ready --timeout=15s');
  const uid = await printed('get pod reader -o jsonpath={.metadata.uid}');
  const volume = await printed('get pod reader -o jsonpath={.spec.volumes[0].name}');
  const folder = join(dirname(cluster.kubeconfigPath), 'nodes');
  const path = `memory/${uid}/volumes/kubernetes.io~projected/${volume}`;
  const file = (name: string) => eventually(name, () => readFile(join(folder, 'node-1', path, name), 'utf8'));
  expect(claimsOf(await file('token'))['kubernetes.io']).toMatchObject({ pod: { name: 'reader', uid } });
  expect(await file('namespace')).toBe('default');
  expect(await file('ca.crt')).not.toBe('');
});

it('a Secret of the older sort is filled in', async () => {
  const annotations = { 'kubernetes.io/service-account.name': 'default' };
  const secret = stdin({
    kind: 'Secret',
    metadata: { name: 'old', annotations },
    type: 'kubernetes.io/service-account-token',
  });
  await tour(kubectl, [
    { run: 'create -f -', input: secret, stdout: 'secret/old created' },
    { run: "wait secret/old --for=jsonpath='{.data.token}' --timeout=10s", stdout: 'secret/old condition met' },
  ]);
  const token = Buffer.from(await printed('get secret old -o jsonpath={.data.token}'), 'base64').toString();
  expect(claimsOf(token).iss).toBe('kubernetes/serviceaccount');
});
