import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createSender, type SendRaw } from './clients.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { stdin, tour } from './kubectl-tour.ts';

const group = 'flowcontrol.apiserver.k8s.io';

let cluster: TestCluster;
let send: SendRaw;
let kubectl: RunKubectl;

beforeAll(async () => {
  cluster = await startCluster();
  send = createSender(cluster);
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const uidOf = async (plural: string, name: string) =>
  (await send(`/apis/${group}/v1/${plural}/${name}`)).json.metadata?.uid;

it('every answer says by which schema, and in which priority level, its request was let in', async () => {
  const uids = [await uidOf('flowschemas', 'exempt'), await uidOf('prioritylevelconfigurations', 'exempt')];
  const protobuf = { accept: 'application/vnd.kubernetes.protobuf' };
  for (const [path, headers] of [
    ['/api/v1/namespaces', {}],
    ['/api/v1/namespaces', protobuf],
    ['/api/v1/namespaces/none', {}],
    ['/version', {}],
    ['/api/v1/namespaces?watch=1&timeoutSeconds=1', {}],
    ['/api/v1/namespaces?watch=1&timeoutSeconds=1', { accept: `${protobuf.accept};stream=watch` }],
  ] as const) {
    const answer = await send(path, { headers });
    const said = ['flowschema', 'prioritylevel'].map((what) => answer.headers[`x-kubernetes-pf-${what}-uid`]);
    expect(said, `${path} ${JSON.stringify(headers)}`).toEqual(uids);
  }
});

it('a watch of what is deprecated says so, as a list does', async () => {
  for (const query of ['', '?watch=1&timeoutSeconds=1']) {
    const { headers } = await send(`/api/v1/endpoints${query}`);
    expect(headers.warning, query).toContain('v1 Endpoints is deprecated');
  }
});

it('kubectl get flowschemas says which of them lead nowhere', async () => {
  const schema = (metadata: object, level: string) => ({
    apiVersion: `${group}/v1`,
    kind: 'FlowSchema',
    metadata,
    spec: { matchingPrecedence: 5000, priorityLevelConfiguration: { name: level }, rules: [] },
  });
  await tour(kubectl, [
    {
      run: 'create -f -',
      input: stdin(schema({ name: 'lost' }, 'nowhere')),
      stdout: `flowschema.${group}/lost created`,
    },
    { run: "wait flowschema/lost --for=jsonpath='{.status.conditions[0].status}=True' --timeout=10s", stdout: /met/ },
    { run: 'get flowschema lost', stdout: /MISSINGPL\nlost +nowhere +5000 +<none> +\d+s +True/ },
    { run: 'get flowschema exempt', stdout: /\nexempt +exempt +1 +<none> +\S+ +False/ },
    {
      run: 'get flowschema lost -o jsonpath={.status.conditions[0].message}',
      stdout:
        'This FlowSchema references the PriorityLevelConfiguration object named "nowhere" but there is no such object',
    },
  ]);
});
