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

const configMap = (name: string, data: object, more: object = {}) =>
  stdin({ kind: 'ConfigMap', metadata: { name }, data, ...more });

const tours: Record<string, Stop[]> = {
  version: [
    { run: 'version', stdout: /^Client Version: v1\.35\.\d+\nKustomize Version: .*\nServer Version: v1\.36\.\d+/ },
  ],
  'api-versions': [{ run: 'api-versions', stdout: /^v1$/m }],
  'api-resources': [
    {
      run: 'api-resources --api-group= --namespaced=true',
      stdout: `
NAME                     SHORTNAMES   APIVERSION   NAMESPACED   KIND
configmaps               cm           v1           true         ConfigMap
endpoints                ep           v1           true         Endpoints
events                   ev           v1           true         Event
limitranges              limits       v1           true         LimitRange
persistentvolumeclaims   pvc          v1           true         PersistentVolumeClaim
pods                     po           v1           true         Pod
podtemplates                          v1           true         PodTemplate
replicationcontrollers   rc           v1           true         ReplicationController
resourcequotas           quota        v1           true         ResourceQuota
secrets                               v1           true         Secret
serviceaccounts          sa           v1           true         ServiceAccount
services                 svc          v1           true         Service`,
    },
    {
      run: 'api-resources --api-group= --namespaced=false -o name',
      stdout: 'componentstatuses\nnamespaces\nnodes\npersistentvolumes',
    },
  ],
  explain: [
    {
      run: 'explain pod.spec.containers.image',
      stdout: `
KIND:       Pod
VERSION:    v1

FIELD: image <string>


DESCRIPTION:
    Container image name. More info:
    https://kubernetes.io/docs/concepts/containers/images This field is optional
    to allow higher level config management to default or override container
    images in workload controllers like Deployments and StatefulSets.`,
    },
    {
      run: 'explain rc --recursive',
      stdout: /^ {2}spec\t<ReplicationControllerSpec>\n {4}minReadySeconds\t<integer>\n {4}replicas\t<integer>$/m,
    },
    { run: 'explain pod.nonsense', code: 1, stderr: 'error: field "nonsense" does not exist' },
  ],
  'cluster-info, auth and raw requests': [
    { run: 'cluster-info', stdout: /^Kubernetes control plane is running at https:\/\/127\.0\.0\.1:\d+$/m },
    {
      run: 'auth whoami',
      stdout: `
ATTRIBUTE   VALUE
Username    kubernetes-admin
Groups      [system:masters system:authenticated]`,
    },
    { run: 'auth can-i delete pods', stdout: 'yes' },
    {
      run: 'create token nobody',
      code: 1,
      stderr: 'error: failed to create token: serviceaccounts "nobody" not found',
    },
    { run: 'get --raw /readyz', stdout: 'ok' },
    {
      run: 'get --raw /nothing',
      code: 1,
      stderr: 'Error from server (NotFound): the server could not find the requested resource',
    },
    { run: 'top pods', code: 1, stderr: 'error: Metrics API not available' },
    { run: 'get gadgets', code: 1, stderr: `error: the server doesn't have a resource type "gadgets"` },
  ],
  create: [
    { run: 'create namespace team', stdout: 'namespace/team created' },
    {
      run: 'create namespace team',
      code: 1,
      stderr: 'Error from server (AlreadyExists): namespaces "team" already exists',
    },
    { run: 'create configmap made --from-literal=a=b -n team', stdout: 'configmap/made created' },
    { run: 'create secret generic keys --from-literal=password=hunter2 -n team', stdout: 'secret/keys created' },
    { run: 'create serviceaccount robot -n team', stdout: 'serviceaccount/robot created' },
    { run: 'get secret keys -n team', stdout: /^NAME {3}TYPE {5}DATA {3}AGE\nkeys {3}Opaque {3}1 {6}\d+s\n$/ },
    { run: "get secret keys -n team -o jsonpath='{.data.password}'", stdout: 'aHVudGVyMg==' },
    {
      run: 'describe secret keys -n team',
      stdout: `
Name:         keys
Namespace:    team
Labels:       <none>
Annotations:  <none>

Type:  Opaque

Data
====
password:  7 bytes`,
    },
    {
      run: 'describe namespace team',
      stdout:
        'Name:         team\nLabels:       kubernetes.io/metadata.name=team\nAnnotations:  <none>\nStatus:       Active\n\nNo resource quota.\n\nNo LimitRange resource.',
    },
    { run: 'delete namespace team', stdout: 'namespace "team" deleted' },
    { run: 'get namespace team', code: 1, stderr: 'Error from server (NotFound): namespaces "team" not found' },
  ],
  'create with unknown fields': [
    {
      run: 'create -f -',
      input: configMap('odd', {}, { datta: {} }),
      code: 1,
      stderr:
        'Error from server (BadRequest): error when creating "STDIN": ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "datta"',
    },
    {
      run: 'create -f - --validate=warn',
      input: configMap('odd', {}, { datta: {} }),
      stdout: 'configmap/odd created',
      stderr: 'Warning: unknown field "datta"',
    },
    { run: 'delete cm odd', stdout: 'configmap "odd" deleted from default namespace' },
    {
      run: 'create -f - --validate=ignore',
      input: configMap('odd', {}, { datta: {} }),
      stdout: 'configmap/odd created',
    },
  ],
  'create what is invalid': [
    {
      run: 'create -f -',
      input: stdin({ kind: 'Pod', metadata: { name: 'Bad' }, spec: { containers: [{ name: 'a' }] } }),
      code: 1,
      stderr: `
The Pod "Bad" is invalid:
* metadata.name: Invalid value: "Bad": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')
* spec.containers[0].image: Required value`,
    },
  ],
  'dry runs store nothing': [
    {
      run: 'create configmap dry --from-literal=a=b --dry-run=client -o yaml',
      stdout: 'apiVersion: v1\ndata:\n  a: b\nkind: ConfigMap\nmetadata:\n  name: dry',
    },
    {
      run: 'create configmap dry --from-literal=a=b --dry-run=server',
      stdout: 'configmap/dry created (server dry run)',
    },
    { run: 'get configmap dry', code: 1, stderr: 'Error from server (NotFound): configmaps "dry" not found' },
    { run: 'create configmap dry', stdout: 'configmap/dry created' },
    {
      run: 'apply --server-side --dry-run=server -f -',
      input: configMap('dry', { a: 'b' }),
      stdout: 'configmap/dry serverside-applied (server dry run)',
    },
    {
      run: 'delete configmap dry --dry-run=server',
      stdout: 'configmap "dry" deleted from default namespace (server dry run)',
    },
    { run: "get configmap dry -o jsonpath='{.metadata.name}{.data}'", stdout: 'dry' },
  ],
  'apply on the client': [
    { run: 'apply -f -', input: configMap('app', { a: '1', b: '1' }), stdout: 'configmap/app created' },
    { run: 'apply -f -', input: configMap('app', { a: '1', b: '1' }), stdout: 'configmap/app unchanged' },
    {
      run: 'diff -f -',
      input: configMap('app', { a: '2' }),
      code: 1,
      stdout: /^- {2}a: "1"\n- {2}b: "1"\n\+ {2}a: "2"$/m,
    },
    { run: 'apply -f -', input: configMap('app', { a: '2' }), stdout: 'configmap/app configured' },
    { run: "get cm app -o jsonpath='{.data}'", stdout: '{"a":"2"}' },
    { run: 'apply view-last-applied cm app -o json', stdout: /"a": "2"/ },
    { run: 'create cm plain', stdout: 'configmap/plain created' },
    {
      run: 'apply -f -',
      input: configMap('plain', { a: '1' }),
      stdout: 'configmap/plain configured',
      stderr:
        'Warning: resource configmaps/plain is missing the kubectl.kubernetes.io/last-applied-configuration annotation which is required by kubectl apply. kubectl apply should only be used on resources created declaratively by either kubectl create --save-config or kubectl apply. The missing annotation will be patched automatically.',
    },
  ],
  'apply on the server': [
    {
      run: 'apply --server-side -f -',
      input: configMap('owned', { a: '1', b: '1' }),
      stdout: 'configmap/owned serverside-applied',
    },
    {
      run: 'apply --server-side --field-manager=other -f -',
      input: configMap('owned', { a: '2' }),
      code: 1,
      stderr: `
error: Apply failed with 1 conflict: conflict with "kubectl": .data.a
Please review the fields above--they currently have other managers. Here
are the ways you can resolve this warning:
* If you intend to manage all of these fields, please re-run the apply
  command with the \`--force-conflicts\` flag.
* If you do not intend to manage all of the fields, please edit your
  manifest to remove references to the fields that should keep their
  current managers.
* You may co-own fields by updating your manifest to match the existing
  value; in this case, you'll become the manager if the other manager(s)
  stop managing the field (remove it from their configuration).
See https://kubernetes.io/docs/reference/using-api/server-side-apply/#conflicts`,
    },
    {
      run: 'apply --server-side --field-manager=other --force-conflicts -f -',
      input: configMap('owned', { a: '2' }),
      stdout: 'configmap/owned serverside-applied',
    },
    {
      run: 'get cm owned --show-managed-fields -o jsonpath=\'{range .metadata.managedFields[*]}{.manager} {.operation} {.fieldsV1}{"\\n"}{end}\'',
      stdout: 'kubectl Apply {"f:data":{"f:b":{}}}\nother Apply {"f:data":{"f:a":{}}}',
    },
    { run: 'apply --server-side -f -', input: configMap('owned', {}), stdout: 'configmap/owned serverside-applied' },
    { run: "get cm owned -o jsonpath='{.data}'", stdout: '{"a":"2"}' },
  ],
  'label and annotate': [
    { run: 'create cm tagged', stdout: 'configmap/tagged created' },
    { run: 'label cm tagged tier=front', stdout: 'configmap/tagged labeled' },
    {
      run: 'label cm tagged tier=back',
      code: 1,
      stderr: "error: 'tier' already has a value (front), and --overwrite is false",
    },
    { run: 'label cm tagged tier=back --overwrite', stdout: 'configmap/tagged labeled' },
    { run: 'label cm tagged tier=back', stdout: 'configmap/tagged not labeled' },
    {
      run: 'label cm tagged x/y/z=1',
      code: 1,
      stderr:
        /^The ConfigMap "tagged" is invalid: metadata\.labels: Invalid value: "x\/y\/z": a valid label key must consist of /,
    },
    { run: 'get cm -l tier=back -o name', stdout: 'configmap/tagged' },
    {
      run: "get cm -l 'tier notin (back),!none' --field-selector metadata.name=tagged",
      stderr: 'No resources found in default namespace.',
    },
    {
      run: 'get cm tagged --show-labels',
      stdout: /^NAME {5}DATA {3}AGE {3}LABELS\ntagged {3}0 {6}\d+s {4}tier=back\n$/,
    },
    { run: 'label cm tagged tier-', stdout: 'configmap/tagged unlabeled' },
    { run: 'annotate cm tagged note=hello', stdout: 'configmap/tagged annotated' },
    { run: "get cm tagged -o jsonpath='{.metadata.annotations.note}'", stdout: 'hello' },
    { run: 'annotate cm tagged note-', stdout: 'configmap/tagged annotated' },
  ],
  'get in every format': [
    { run: 'create cm shown --from-literal=a=1', stdout: 'configmap/shown created' },
    { run: 'get cm shown', stdout: /^NAME {4}DATA {3}AGE\nshown {3}1 {6}\d+s\n$/ },
    { run: 'get cm shown -o name', stdout: 'configmap/shown' },
    { run: "get cm shown -o custom-columns='NAME:.metadata.name,A:.data.a'", stdout: 'NAME    A\nshown   1' },
    { run: "get cm shown -o go-template='{{.data.a}}'", stdout: '1' },
    {
      run: 'get cm shown -o yaml',
      stdout:
        /^apiVersion: v1\ndata:\n {2}a: "1"\nkind: ConfigMap\nmetadata:\n {2}creationTimestamp: "[^"]+"\n {2}name: shown\n {2}namespace: default\n {2}resourceVersion: "\d+"\n {2}uid: [-0-9a-f]+\n$/,
    },
    { run: 'get cm shown -o json', stdout: /^\{\n {4}"apiVersion": "v1",\n {4}"data": \{\n {8}"a": "1"/ },
    {
      run: 'get cm/shown namespace/default',
      stdout: /^NAME +DATA +AGE\nconfigmap\/shown +1 +\d+s\n\nNAME +STATUS +AGE\nnamespace\/default +Active +\d+s\n$/,
    },
    {
      run: 'get cm --field-selector spec.x=y',
      code: 1,
      stderr:
        'Error from server (BadRequest): Unable to find "/v1, Resource=configmaps" that match label selector "", field selector "spec.x=y": "spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    },
    { run: 'get namespaces --chunk-size=1 -o name', stdout: /^(namespace\/\S+\n){4,}$/ },
  ],
  'patch, edit and replace': [
    { run: 'create cm changing --from-literal=a=1', stdout: 'configmap/changing created' },
    { run: `patch cm changing -p '{"data":{"b":"2"}}'`, stdout: 'configmap/changing patched' },
    { run: `patch cm changing --type=merge -p '{"data":{"b":"2"}}'`, stdout: 'configmap/changing patched (no change)' },
    { run: `patch cm changing --type=merge -p '{"data":{"b":null}}'`, stdout: 'configmap/changing patched' },
    {
      run: `patch cm changing --type=json -p '[{"op":"add","path":"/data/c","value":"3"}]'`,
      stdout: 'configmap/changing patched',
    },
    {
      run: `patch cm changing --type=json -p '[{"op":"test","path":"/data/c","value":"4"}]'`,
      code: 1,
      stderr: /^The request is invalid: the server rejected our request due to an error in our request/,
    },
    { run: 'edit cm changing', editor: `sed -i 's/c: "3"/c: "5"/'`, stdout: 'configmap/changing edited' },
    { run: 'edit cm changing', stderr: 'Edit cancelled, no changes made.' },
    { run: "get cm changing -o jsonpath='{.data}'", stdout: '{"a":"1","c":"5"}' },
    { run: 'replace -f -', input: configMap('changing', { d: '6' }), stdout: 'configmap/changing replaced' },
    {
      run: 'replace -f -',
      input: stdin({ kind: 'ConfigMap', metadata: { name: 'changing', resourceVersion: '1' } }),
      code: 1,
      stderr:
        'Error from server (Conflict): error when replacing "STDIN": Operation cannot be fulfilled on configmaps "changing": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      run: 'replace --force -f -',
      input: configMap('changing', { e: '7' }),
      stdout: 'configmap "changing" deleted from default namespace\nconfigmap/changing replaced',
    },
    { run: "get cm changing -o jsonpath='{.data}'", stdout: '{"e":"7"}' },
    {
      run: 'delete -f -',
      input: configMap('changing', {}),
      stdout: 'configmap "changing" deleted from default namespace',
    },
    {
      run: 'delete -f -',
      input: configMap('changing', {}),
      code: 1,
      stderr: 'Error from server (NotFound): error when deleting "STDIN": configmaps "changing" not found',
    },
    { run: 'delete -f - --ignore-not-found', input: configMap('changing', {}), stdout: '' },
  ],
  'an immutable ConfigMap': [
    {
      run: 'create -f -',
      input: configMap('frozen', { a: '1' }, { immutable: true }),
      stdout: 'configmap/frozen created',
    },
    {
      run: `patch cm frozen -p '{"data":{"a":"2"}}'`,
      code: 1,
      stderr: 'The ConfigMap "frozen" is invalid: data: Forbidden: field is immutable when `immutable` is set',
    },
  ],
};

it.each(Object.entries(tours))('kubectl %s', async (_what, stops) => {
  await tour(kubectl, stops);
});
