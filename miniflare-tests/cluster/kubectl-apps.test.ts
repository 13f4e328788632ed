import { afterAll, beforeAll, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { type Stop, stdin, tour } from './kubectl-tour.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

// Without nodes: this is about the objects, whatever their controllers make of them.
beforeAll(async () => {
  cluster = await startCluster();
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const template = { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'nginx' }] } };
const workload = (kind: string, fields: object = {}) =>
  stdin({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name: 'web' },
    spec: { selector: { matchLabels: { app: 'web' } }, template, ...fields },
  });

const tours: Record<string, Stop[]> = {
  'api-resources': [
    {
      run: 'api-resources --api-group=apps',
      stdout: `
NAME                  SHORTNAMES   APIVERSION   NAMESPACED   KIND
controllerrevisions                apps/v1      true         ControllerRevision
daemonsets            ds           apps/v1      true         DaemonSet
deployments           deploy       apps/v1      true         Deployment
replicasets           rs           apps/v1      true         ReplicaSet
statefulsets          sts          apps/v1      true         StatefulSet`,
    },
  ],
  deployment: [
    { run: 'create deployment web --image=nginx --replicas=2', stdout: 'deployment.apps/web created' },
    { run: 'get deploy web', stdout: /^NAME +READY +UP-TO-DATE +AVAILABLE +AGE\nweb +0\/2 +\d +0 +\d+s\n$/ },
    {
      run: 'get deploy web -o wide',
      stdout: /AGE +CONTAINERS +IMAGES +SELECTOR\nweb .* nginx +nginx +app=web\n$/,
    },
    { run: 'scale deploy web --replicas=5', stdout: 'deployment.apps/web scaled' },
    {
      run: 'scale deploy web --current-replicas=1 --replicas=3',
      code: 1,
      stderr: 'error: Expected replicas to be 1, was 5',
    },
    { run: 'set image deploy/web nginx=nginx:2', stdout: 'deployment.apps/web image updated' },
    { run: `patch deploy web -p '{"spec":{"strategy":{"type":"Recreate"}}}'`, code: 1, stderr: /may not be specified/ },
    {
      run: `patch deploy web -p '{"spec":{"strategy":{"$retainKeys":["type"],"type":"Recreate"}}}'`,
      stdout: 'deployment.apps/web patched',
    },
    {
      run: `patch deploy web --type=merge -p '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}'`,
      code: 1,
      stderr:
        'The Deployment "web" is invalid: \n' +
        '* spec.template.metadata.labels: Invalid value: {"app":"web"}: `selector` does not match template `labels`\n' +
        '* spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
    },
    {
      run: "get deploy web -o jsonpath='{.metadata.generation} {.spec.replicas} {.spec.strategy}'",
      stdout: '4 5 {"type":"Recreate"}',
    },
    { run: 'delete deploy web', stdout: 'deployment.apps "web" deleted from default namespace' },
  ],
  'apply on the server': [
    {
      run: 'apply --server-side -f -',
      input: workload('Deployment', { replicas: 1 }),
      stdout: 'deployment.apps/web serverside-applied',
    },
    {
      run: 'scale deploy web --replicas=2',
      stdout: 'deployment.apps/web scaled',
    },
    {
      run: 'apply --server-side -f -',
      input: workload('Deployment', { replicas: 1 }),
      code: 1,
      stderr: /conflict with "kubectl" with subresource "scale" using apps\/v1: \.spec\.replicas\n/,
    },
    { run: 'delete deploy web', stdout: 'deployment.apps "web" deleted from default namespace' },
  ],
  'sets of Pods': [
    { run: 'create -f -', input: workload('DaemonSet'), stdout: 'daemonset.apps/web created' },
    {
      run: 'get ds web',
      stdout:
        /^NAME +DESIRED +CURRENT +READY +UP-TO-DATE +AVAILABLE +NODE SELECTOR +AGE\nweb +0 +0 +0 +0 +0 +<none> +\d+s\n$/,
    },
    { run: 'create -f -', input: workload('StatefulSet', { replicas: 0 }), stdout: 'statefulset.apps/web created' },
    { run: 'get sts web', stdout: /^NAME +READY +AGE\nweb +0\/0 +\d+s\n$/ },
    { run: 'create -f -', input: workload('ReplicaSet', { replicas: 0 }), stdout: 'replicaset.apps/web created' },
    { run: 'scale rs,sts web --replicas=1', stdout: 'replicaset.apps/web scaled\nstatefulset.apps/web scaled' },
    { run: 'get rs web', stdout: /^NAME +DESIRED +CURRENT +READY +AGE\nweb +1 +\d +0 +\d+s\n$/ },
    {
      run: 'get all -o name',
      stdout: /^daemonset.apps\/web\n(.*\n)*replicaset.apps\/web\n(.*\n)*statefulset.apps\/web\n$/m,
    },
    {
      run: `patch sts web -p '{"spec":{"serviceName":"other"}}'`,
      code: 1,
      stderr: /^The StatefulSet "web" is invalid: spec: Forbidden: updates to statefulset spec for fields other than/,
    },
    { run: 'describe sts web', stdout: /^Name: +web$/m },
    { run: 'delete ds,rs,sts web', stdout: /statefulset.apps "web" deleted/ },
  ],
};

it.each(Object.entries(tours))('kubectl %s', async (_what, stops) => {
  await tour(kubectl, stops);
});
