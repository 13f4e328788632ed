import { afterAll, beforeAll, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { type Stop, stdin, tour } from './kubectl-tour.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

beforeAll(async () => {
  cluster = await startCluster({ nodes: 1 });
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const container = { name: 'main', image: 'registry.example/app:1' };
const limits = {
  type: 'Container',
  max: { cpu: '1' },
  defaultRequest: { cpu: '100m', memory: '64Mi' },
};
const claim = {
  kind: 'PersistentVolumeClaim',
  metadata: { name: 'data', namespace: 'team' },
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'none', resources: { requests: { storage: '1Gi' } } },
};

const tours: Record<string, Stop[]> = {
  'a namespace with a quota': [
    { run: 'create namespace team', stdout: 'namespace/team created' },
    { run: 'create quota compute -n team --hard=pods=1,requests.cpu=1', stdout: 'resourcequota/compute created' },
    {
      run: 'create quota idle -n team --hard=pods=4 --scopes=BestEffort',
      stdout: 'resourcequota/idle created',
    },
    {
      run: 'apply -f -',
      input: stdin({ kind: 'LimitRange', metadata: { name: 'limits', namespace: 'team' }, spec: { limits: [limits] } }),
      stdout: 'limitrange/limits created',
    },
    { run: "wait quota/compute -n team --for=jsonpath='{.status.used.pods}'=0 --timeout=20s", stdout: /condition met/ },
    { run: 'create deployment web -n team --image=registry.example/app:1 --replicas=2', stdout: /created/ },
    {
      run: 'wait deployment/web -n team --for=jsonpath=\'{.status.conditions[?(@.type=="ReplicaFailure")].status}\'=True --timeout=20s',
      stdout: /condition met/,
    },
    {
      run: 'get quota -n team',
      stdout: /^compute +pods: 1\/1, requests\.cpu: 100m\/1 .*\nidle +pods: 0\/4 /m,
    },
    {
      run: 'describe quota compute -n team',
      stdout: `
Name:         compute
Namespace:    team
Resource      Used  Hard
--------      ----  ----
pods          1     1
requests.cpu  100m  1`,
    },
    {
      run: 'describe limits -n team',
      // kubectl walks over a map here: which line comes first is left to chance.
      stdout: /(?=[\s\S]*^Container +cpu +- +1 +100m +1 +- *$)(?=[\s\S]*^Container +memory +- +- +64Mi +- +- *$)/m,
    },
    { run: 'describe namespace team', stdout: /Resource Quotas\n +Name: +compute\n[\s\S]*Resource Limits\n/ },
    {
      run: 'get events -n team --field-selector reason=FailedCreate',
      stdout:
        /Error creating: pods "web-[^"]+" is forbidden: exceeded quota: compute, requested: pods=1, used: pods=1, limited: pods=1/,
    },
    {
      run: 'create -f -',
      input: stdin({
        kind: 'Pod',
        metadata: { name: 'big', namespace: 'team' },
        spec: { containers: [{ ...container, resources: { limits: { cpu: '2' } } }] },
      }),
      code: 1,
      stderr: /pods "big" is forbidden: maximum cpu usage per Container is 1, but limit is 2/,
    },
  ],
  'volumes and claims': [
    { run: 'apply -f -', input: stdin(claim), stdout: 'persistentvolumeclaim/data created' },
    { run: 'get pvc -n team', stdout: /^data +Pending +none +<unset> /m },
    { run: 'describe pvc data -n team', stdout: /Finalizers: +\[kubernetes\.io\/pvc-protection\]/ },
    { run: 'delete pvc data -n team --timeout=20s', stdout: /"data" deleted/ },
  ],
  'the standards of a namespace': [
    {
      run: 'label namespace team pod-security.kubernetes.io/enforce=restricted',
      stdout: 'namespace/team labeled',
      stderr:
        /^Warning: existing pods in namespace "team" violate the new PodSecurity enforce level "restricted:latest"\nWarning: web-[^ ]+: allowPrivilegeEscalation != false, /,
    },
    {
      run: 'run bare -n team --image=registry.example/app:1',
      code: 1,
      stderr: /violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "bare" must set/,
    },
    {
      run: 'create deployment lax -n team --image=registry.example/app:1 --replicas=0',
      stdout: 'deployment.apps/lax created',
      stderr:
        /^Warning: would violate PodSecurity "restricted:latest": allowPrivilegeEscalation != false \(container "app" must/,
    },
  ],
  'get componentstatuses': [
    {
      run: 'get cs',
      stdout: `
NAME                 STATUS    MESSAGE   ERROR
controller-manager   Healthy   ok
etcd-0               Healthy   ok
scheduler            Healthy   ok`,
      stderr: 'Warning: v1 ComponentStatus is deprecated in v1.19+',
    },
  ],
};

for (const [name, stops] of Object.entries(tours)) it(name, () => tour(kubectl, stops));
