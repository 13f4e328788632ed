import { afterAll, beforeAll, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { type Stop, stdin, tour } from './kubectl-tour.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

beforeAll(async () => {
  cluster = await startCluster();
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const apiVersion = 'rbac.authorization.k8s.io/v1';
const role = (name: string, verbs: string[]) => ({
  apiVersion,
  kind: 'Role',
  metadata: { name, namespace: 'default' },
  rules: [{ verbs, apiGroups: [''], resources: ['pods'] }],
});
const binding = (name: string, ...users: string[]) => ({
  apiVersion,
  kind: 'RoleBinding',
  metadata: { name, namespace: 'default' },
  roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name },
  subjects: users.map((user) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user })),
});

const tours: Record<string, Stop[]> = {
  'auth can-i': [
    { run: 'auth can-i delete pods', stdout: 'yes' },
    { run: 'auth can-i list pods --as=jane', stdout: 'no', code: 1 },
    { run: 'create role pod-reader --verb=get,list --resource=pods,pods/log', stdout: /created/ },
    { run: 'create rolebinding pod-readers --role=pod-reader --user=jane --group=devs', stdout: /created/ },
    { run: 'auth can-i list pods --as=jane', stdout: 'yes' },
    { run: 'auth can-i get pods --subresource=log --as=joe --as-group=devs', stdout: 'yes' },
    { run: 'auth can-i list pods --as=jane -n kube-system', stdout: 'no', code: 1 },
    { run: 'auth can-i list pods --as=jane --all-namespaces', stdout: 'no', code: 1 },
    { run: 'auth can-i get /version --as=jane', stdout: 'yes' },
    { run: 'auth can-i get /metrics --as=jane', stdout: 'no', code: 1 },
    {
      run: 'auth can-i --list --as=jane',
      stdout: new RegExp(
        [
          '^Resources +Non-Resource URLs +Resource Names +Verbs',
          String.raw`selfsubjectreviews\.authentication\.k8s\.io +\[\] +\[\] +\[create\]`,
          String.raw`selfsubjectaccessreviews\.authorization\.k8s\.io +\[\] +\[\] +\[create\]`,
          String.raw`selfsubjectrulesreviews\.authorization\.k8s\.io +\[\] +\[\] +\[create\]`,
          String.raw`pods/log +\[\] +\[\] +\[get list\]`,
          String.raw`pods +\[\] +\[\] +\[get list\]`,
          String.raw` +\[/api/\*\] +\[\] +\[get\]`,
        ].join(String.raw`\n(?:.*\n)*?`),
      ),
    },
  ],
  'as somebody else': [
    {
      run: 'auth whoami --as=jane --as-group=devs --as-uid=42 --as-user-extra=scopes=view',
      stdout: `
ATTRIBUTE       VALUE
Username        jane
UID             42
Groups          [devs system:authenticated]
Extra: scopes   [view]`,
    },
    {
      run: 'auth whoami --as=system:serviceaccount:default:default',
      stdout: `
ATTRIBUTE   VALUE
Username    system:serviceaccount:default:default
Groups      [system:serviceaccounts system:serviceaccounts:default system:authenticated]`,
    },
    {
      run: 'get secrets --as=jane',
      code: 1,
      stderr:
        'Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"',
    },
    {
      run: 'create clusterrole everything --verb=* --resource=* --as=system:serviceaccount:default:default',
      code: 1,
      stderr:
        /clusterroles.rbac.authorization.k8s.io is forbidden: User "system:serviceaccount:default:default" cannot create/,
    },
  ],
  'auth reconcile': [
    {
      run: 'auth reconcile -f -',
      input: stdin(role('team', ['get']), binding('team', 'ann')),
      stdout: `
role.rbac.authorization.k8s.io/team reconciled
rolebinding.rbac.authorization.k8s.io/team reconciled`,
      stderr: /missing rules added:[\s\S]*missing subjects added:/,
    },
    { run: 'auth can-i get pods --as=ann', stdout: 'yes' },
    {
      run: 'auth reconcile -f -',
      input: stdin(role('team', ['list']), binding('team', 'bob')),
      stderr: /reconciliation required update\n\tmissing rules added:[\s\S]*missing subjects added:/,
    },
    { run: "get role team -o jsonpath='{.rules[*].verbs}'", stdout: '["get"] ["list"]' },
    { run: 'auth can-i list pods --as=ann', stdout: 'yes' },
    {
      run: 'auth reconcile --remove-extra-permissions --remove-extra-subjects -f -',
      input: stdin(role('team', ['list']), binding('team', 'bob')),
      stderr: /extra rules removed:[\s\S]*extra subjects removed:/,
    },
    { run: 'auth can-i get pods --as=ann', stdout: 'no', code: 1 },
    { run: 'auth can-i list pods --as=bob', stdout: 'yes' },
  ],
};

it.each(Object.entries(tours))('kubectl %s', async (_what, stops) => {
  await tour(kubectl, stops);
});
