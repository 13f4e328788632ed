import { afterAll, beforeAll, expect, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { type Stop, stdin, tour } from './kubectl-tour.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

beforeAll(async () => {
  const node = {
    behave: ({ command }: { command?: string[] }) => (command?.[0] === 'talk' ? { logs: ['one', 'two'] } : undefined),
  };
  cluster = await startCluster({ nodes: [node, node] });
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const controller = (name: string, replicas: number) =>
  stdin({
    kind: 'ReplicationController',
    metadata: { name },
    spec: {
      replicas,
      selector: { app: name },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'main', image: 'nginx', command: ['talk'] }] },
      },
    },
  });

const tours: Record<string, Stop[]> = {
  'run, wait, get, describe, logs, expose, delete': [
    { run: 'run web --image=nginx --port=80 --labels=app=web -- talk', stdout: 'pod/web created' },
    { run: 'wait pod/web --for=condition=Ready --timeout=10s', stdout: 'pod/web condition met' },
    { run: "wait pod/web --for=jsonpath='{.status.phase}'=Running --timeout=10s", stdout: 'pod/web condition met' },
    { run: 'get pods', stdout: /^NAME {3}READY {3}STATUS {4}RESTARTS {3}AGE\nweb {4}1\/1 {5}Running {3}0 {10}\d+s\n$/ },
    {
      run: 'get po web -o wide',
      stdout:
        /^NAME +READY +STATUS +RESTARTS +AGE +IP +NODE +NOMINATED NODE +READINESS GATES\nweb +1\/1 +Running +0 +\d+s +10\.244\.\d+\.\d+ +node-\d +<none> +<none>\n$/,
    },
    { run: 'get pods -A --no-headers', stdout: /^default +web +1\/1 +Running +0 +\d+s\n$/ },
    { run: 'get pods -l app=none', stderr: 'No resources found in default namespace.' },
    { run: 'get pods --field-selector status.phase=Running -o name', stdout: 'pod/web' },
    { run: "get pods -o jsonpath='{.items[*].status.phase}'", stdout: 'Running' },
    {
      run: "get pods --sort-by='{.metadata.name}' -o custom-columns=POD:.metadata.name,IMAGE:.spec.containers[0].image",
      stdout: 'POD   IMAGE\nweb   nginx',
    },
    { run: 'logs web', stdout: '' },
    { run: 'expose pod web --port=80 --name=web', stdout: 'service/web exposed' },
    {
      run: 'get svc web',
      stdout:
        /^NAME +TYPE +CLUSTER-IP +EXTERNAL-IP +PORT\(S\) +AGE\nweb +ClusterIP +10\.\d+\.\d+\.\d+ +<none> +80\/TCP +\d+s\n$/,
    },
    {
      run: 'describe service web',
      stdout:
        /^Name: +web\nNamespace: +default\nLabels: +app=web\nAnnotations: +<none>\nSelector: +app=web\nType: +ClusterIP\nIP Family Policy: +SingleStack\nIP Families: +IPv4\n/,
    },
    {
      run: 'describe pod web',
      stdout:
        /^Name: +web\nNamespace: +default\nPriority: +0\nService Account: +default\nNode: +node-\d\/192\.0\.2\.\d\nStart Time: +.*\nLabels: +app=web\nAnnotations: +<none>\nStatus: +Running\nIP: +10\.244\.[\s\S]*State: +Running\n +Started: [\s\S]*\n {2}Ready +True \n[\s\S]*\nQoS Class: +BestEffort\n[\s\S]*Successfully assigned default\/web to node-\d\n/,
    },
    { run: 'get all -o name', stdout: 'pod/web\nservice/kubernetes\nservice/web' },
    {
      run: 'delete pod,svc -l app=web',
      stdout: 'pod "web" deleted from default namespace\nservice "web" deleted from default namespace',
    },
    { run: 'wait pod/web --for=delete --timeout=10s', stdout: '' },
    { run: 'delete pod web', code: 1, stderr: 'Error from server (NotFound): pods "web" not found' },
    { run: 'delete pod web --ignore-not-found', stdout: '' },
  ],
  'replication controllers': [
    { run: 'create -f -', input: controller('rc', 2), stdout: 'replicationcontroller/rc created' },
    {
      run: "wait rc/rc --for=jsonpath='{.status.readyReplicas}'=2 --timeout=10s",
      stdout: 'replicationcontroller/rc condition met',
    },
    { run: 'get rc', stdout: /^NAME {3}DESIRED {3}CURRENT {3}READY {3}AGE\nrc {5}2 {9}2 {9}2 {7}\d+s\n$/ },
    { run: 'get rc rc -o wide', stdout: /CONTAINERS +IMAGES +SELECTOR\nrc +2 +2 +2 +\d+s +main +nginx +app=rc\n$/ },
    { run: 'logs rc/rc --tail=1', stdout: 'two', stderr: /^Found 2 pods, using pod\/rc-\w{5}\n$/ },
    {
      run: 'logs -l app=rc --prefix --timestamps --since=1h',
      stdout: /^(\[pod\/rc-\w{5}\/main\] \d{4}-\S+Z (one|two)\n){4}$/,
    },
    { run: 'scale rc rc --replicas=3', stdout: 'replicationcontroller/rc scaled' },
    {
      run: 'scale rc rc --replicas=1 --current-replicas=7',
      code: 1,
      stderr: 'error: Expected replicas to be 7, was 3',
    },
    {
      run: "wait rc/rc --for=jsonpath='{.status.readyReplicas}'=3 --timeout=10s",
      stdout: 'replicationcontroller/rc condition met',
    },
    {
      run: 'describe rc rc',
      stdout:
        /^Name: +rc\nNamespace: +default\nSelector: +app=rc\nLabels: +app=rc\nAnnotations: +<none>\nReplicas: +3 current \/ 3 desired\nPods Status: +3 Running \/ 0 Waiting \/ 0 Succeeded \/ 0 Failed\n[\s\S]*Created pod: rc-\w{5}\n/,
    },
    { run: 'expose rc rc --port=80 --target-port=8080', stdout: 'service/rc exposed' },
    { run: "get svc rc -o jsonpath='{.spec.selector} {.spec.ports[0].targetPort}'", stdout: '{"app":"rc"} 8080' },
    { run: 'delete rc rc --cascade=orphan', stdout: 'replicationcontroller "rc" deleted from default namespace' },
    { run: "get pods -l app=rc -o jsonpath='{.items[*].metadata.ownerReferences}'", stdout: '' },
    { run: 'delete pods -l app=rc --wait=false', stdout: /^(pod "rc-\w{5}" deleted from default namespace\n){3}$/ },
    { run: 'wait pods -l app=rc --for=delete --timeout=10s', stdout: '' },
    { run: 'delete svc rc', stdout: 'service "rc" deleted from default namespace' },
  ],
  'force deletion': [
    { run: 'run stuck --image=nginx', stdout: 'pod/stuck created' },
    { run: 'wait pod/stuck --for=condition=Ready --timeout=10s', stdout: 'pod/stuck condition met' },
    {
      run: 'delete pod stuck --grace-period=0 --force',
      stdout: 'pod "stuck" force deleted from default namespace',
      stderr:
        'Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.',
    },
    { run: 'get pod stuck', code: 1, stderr: 'Error from server (NotFound): pods "stuck" not found' },
  ],
  nodes: [
    {
      run: 'get nodes',
      stdout: /^NAME {5}STATUS {3}ROLES {4}AGE {3}VERSION\nnode-1 {3}Ready {4}<none> {3}\d+s +v1\.36\.\S+\nnode-2 /,
    },
    {
      run: 'describe node node-1',
      stdout:
        /^Name: +node-1\nRoles: +<none>\nLabels: +beta\.kubernetes\.io\/arch=amd64\n[\s\S]*Taints: +<none>\nUnschedulable: +false\n[\s\S]*InternalIP: +192\.0\.2\.1\n[\s\S]*PodCIDR: +10\.244\.\d\.0\/24\n[\s\S]*Allocated resources:\n/,
    },
    { run: 'cordon node-1', stdout: 'node/node-1 cordoned' },
    { run: 'cordon node-1', stdout: 'node/node-1 already cordoned' },
    { run: 'get node node-1', stdout: /node-1 {3}Ready,SchedulingDisabled/ },
    { run: 'uncordon node-1', stdout: 'node/node-1 uncordoned' },
    { run: 'taint nodes node-2 dedicated=db:NoSchedule', stdout: 'node/node-2 tainted' },
    {
      run: 'taint nodes node-2 dedicated=db:NoSchedule',
      code: 1,
      stderr: 'error: node node-2 already has dedicated taint(s) with same effect(s) and --overwrite is false',
    },
    { run: 'create -f -', input: controller('moved', 2), stdout: 'replicationcontroller/moved created' },
    {
      run: "wait rc/moved --for=jsonpath='{.status.readyReplicas}'=2 --timeout=10s",
      stdout: 'replicationcontroller/moved condition met',
    },
    { run: "get pods -l app=moved -o jsonpath='{.items[*].spec.nodeName}'", stdout: 'node-1 node-1' },
    { run: 'taint nodes node-2 dedicated:NoSchedule-', stdout: 'node/node-2 untainted' },
    { run: 'run bare --image=nginx --overrides={"spec":{"nodeName":"node-1"}}', stdout: 'pod/bare created' },
    { run: 'wait pod/bare --for=condition=Ready --timeout=10s', stdout: 'pod/bare condition met' },
    {
      run: 'drain node-1',
      code: 1,
      stdout: 'node/node-1 cordoned',
      stderr: /cannot delete Pods that declare no controller \(use --force to override\): default\/bare/,
    },
    {
      run: 'drain node-1 --force --timeout=20s',
      stdout:
        /^node\/node-1 already cordoned\n(evicting pod default\/\S+\n){3}(pod\/\S+ evicted\n){3}node\/node-1 drained\n$/,
      stderr: 'Warning: deleting Pods that declare no controller: default/bare',
    },
    {
      run: "wait rc/moved --for=jsonpath='{.status.readyReplicas}'=2 --timeout=10s",
      stdout: 'replicationcontroller/moved condition met',
    },
    { run: "get pods -l app=moved -o jsonpath='{.items[*].spec.nodeName}'", stdout: 'node-2 node-2' },
    { run: 'uncordon node-1', stdout: 'node/node-1 uncordoned' },
    { run: 'delete rc moved', stdout: 'replicationcontroller "moved" deleted from default namespace' },
  ],
};

it.each(Object.entries(tours))('kubectl: %s', async (_what, stops) => {
  await tour(kubectl, stops);
});

it('kubectl get -w shows what changes while it runs', async () => {
  const tooEarly = await kubectl(['get', 'pods', 'watched', '-w', '--no-headers']);
  expect(tooEarly.stderr).toBe('Error from server (NotFound): pods "watched" not found\n');
  const listening = kubectl(['get', 'pods', '-w', '--output-watch-events', '--no-headers'], {
    interruptAt: /DELETED +watched .*\n/,
  });
  await tour(kubectl, [
    { run: 'run watched --image=nginx', stdout: 'pod/watched created' },
    { run: 'wait pod/watched --for=condition=Ready --timeout=10s', stdout: 'pod/watched condition met' },
    { run: 'delete pod watched', stdout: 'pod "watched" deleted from default namespace' },
  ]);
  const rows = (await listening).stdout.split('\n').filter((line) => / watched /.test(line));
  expect(rows[0]).toMatch(/^ADDED +watched +0\/1 +Pending +0 +\ds$/);
  expect(rows.some((row) => /^MODIFIED +watched +1\/1 +Running +0 +\ds$/.test(row))).toBe(true);
  expect(rows.some((row) => /^MODIFIED +watched +\d\/1 +Terminating +0 +\ds$/.test(row))).toBe(true);
  expect(rows.at(-1)).toMatch(/^DELETED +watched +/);
});

it('kubectl logs -f follows until the container ends', async () => {
  await tour(kubectl, [
    { run: 'run talker --image=nginx --restart=Never --command -- talk', stdout: 'pod/talker created' },
    { run: 'wait pod/talker --for=condition=Ready --timeout=10s', stdout: 'pod/talker condition met' },
  ]);
  const following = kubectl(['logs', '-f', 'talker']);
  const { stdout: uid } = await kubectl(['get', 'pod', 'talker', '-o', 'jsonpath={.metadata.uid}']);
  for (const { runtime } of cluster.nodes) {
    const own = runtime.containers().filter(({ labels }) => Object.values(labels).includes(uid));
    for (const { id, image } of own) if (image !== 'pause') runtime.exit(id, 0);
  }
  expect(await following).toEqual({ code: 0, stdout: 'one\ntwo\n', stderr: '' });
  await tour(kubectl, [
    {
      run: "wait pod/talker --for=jsonpath='{.status.phase}'=Succeeded --timeout=10s",
      stdout: 'pod/talker condition met',
    },
    { run: 'get pod talker', stdout: /^NAME +READY +STATUS +RESTARTS +AGE\ntalker +0\/1 +Completed +0 +\d+s\n$/ },
  ]);
});
