import { afterAll, beforeAll, it } from 'vitest';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl, type RunKubectl } from './kubectl.ts';
import { type Stop, stdin, tour } from './kubectl-tour.ts';

let cluster: TestCluster;
let kubectl: RunKubectl;

const behave = ({ command }: { command?: string[] }) => (command?.[0] === 'finish' ? { exitCode: 0 } : undefined);

beforeAll(async () => {
  cluster = await startCluster({ nodes: [{ behave }, { behave }] });
  kubectl = createKubectl(cluster.kubeconfigPath);
});

afterAll(() => cluster.stop());

const podSpec = { terminationGracePeriodSeconds: 0, containers: [{ name: 'web', image: 'nginx:1' }] };
const workload = (kind: string, name: string, fields: object = {}) => {
  const labels = { app: name };
  const spec = { selector: { matchLabels: labels }, template: { metadata: { labels }, spec: podSpec }, ...fields };
  return stdin({ apiVersion: 'apps/v1', kind, metadata: { name }, spec });
};
const waits = '--timeout=60s';

const tours: Record<string, Stop[]> = {
  'jobs that end': [
    { run: 'create job once --image=busybox -- finish', stdout: 'job.batch/once created' },
    { run: `wait job/once --for=condition=complete ${waits}`, stdout: 'job.batch/once condition met' },
    { run: 'get job once', stdout: /^NAME +STATUS +COMPLETIONS +DURATION +AGE\nonce +Complete +1\/1 +\d+s +\d+s\n$/ },
    { run: 'delete job once', stdout: 'job.batch "once" deleted from default namespace' },
    {
      run: `wait pod -l batch.kubernetes.io/job-name=once --for=delete ${waits}`,
      stdout: /^(pod\/once-\S+ condition met\n)?$/,
    },
  ],
  'jobs on a schedule': [
    {
      run: `create cronjob nightly --image=busybox --schedule='0 1 1 1 *' -- finish`,
      stdout: 'cronjob.batch/nightly created',
    },
    {
      run: 'get cj nightly',
      stdout:
        /^NAME +SCHEDULE +TIMEZONE +SUSPEND +ACTIVE +LAST SCHEDULE +AGE\nnightly +0 1 1 1 \* +<none> +False +0 +<none> +\d+s\n$/,
    },
    { run: 'create job now --from=cronjob/nightly', stdout: 'job.batch/now created' },
    { run: `wait job/now --for=condition=complete ${waits}`, stdout: 'job.batch/now condition met' },
    { run: 'describe cronjob nightly', stdout: /^Schedule: +0 1 1 1 \*$/m },
    {
      run: `create cronjob broken --image=busybox --schedule=often`,
      code: 1,
      stderr: /spec\.schedule: Invalid value: "often": expected exactly 5 fields, found 1: \[often\]/,
    },
    { run: 'delete cronjob nightly', stdout: 'cronjob.batch "nightly" deleted from default namespace' },
    { run: `wait job/now --for=delete ${waits}`, stdout: /^(job.batch\/now condition met\n)?$/ },
  ],
  'rollouts of a DaemonSet': [
    { run: 'apply -f -', input: workload('DaemonSet', 'agent'), stdout: 'daemonset.apps/agent created' },
    { run: `rollout status ds/agent ${waits}`, stdout: /daemon set "agent" successfully rolled out\n$/ },
    { run: 'set image ds/agent web=nginx:2', stdout: 'daemonset.apps/agent image updated' },
    { run: `rollout status ds/agent ${waits}`, stdout: /daemon set "agent" successfully rolled out\n$/ },
    {
      run: 'rollout history ds/agent',
      stdout: /^daemonset.apps\/agent ?\nREVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/,
    },
    { run: 'rollout undo ds/agent', stdout: 'daemonset.apps/agent rolled back' },
    { run: `rollout status ds/agent ${waits}`, stdout: /daemon set "agent" successfully rolled out\n$/ },
    { run: "get ds agent -o jsonpath='{.spec.template.spec.containers[0].image}'", stdout: 'nginx:1' },
    { run: 'delete ds agent', stdout: 'daemonset.apps "agent" deleted from default namespace' },
  ],
  'rollouts of a StatefulSet': [
    { run: 'apply -f -', input: workload('StatefulSet', 'db', { replicas: 2 }), stdout: 'statefulset.apps/db created' },
    {
      run: `rollout status sts/db ${waits}`,
      stdout: /partitioned roll out complete: 2 new pods/,
    },
    { run: 'set image sts/db web=nginx:2', stdout: 'statefulset.apps/db image updated' },
    { run: `rollout status sts/db ${waits}`, stdout: /partitioned roll out complete: 2 new pods/ },
    { run: 'rollout history sts/db', stdout: /REVISION +CHANGE-CAUSE\n1 +<none>\n2 +<none>\n/ },
    { run: 'rollout undo sts/db --to-revision=1', stdout: 'statefulset.apps/db rolled back' },
    { run: `rollout status sts/db ${waits}`, stdout: /partitioned roll out complete: 2 new pods/ },
    { run: "get pod db-0 -o jsonpath='{.spec.containers[0].image}'", stdout: 'nginx:1' },
    { run: 'get sts db', stdout: /^NAME +READY +AGE\ndb +2\/2 +\d+s\n$/ },
    { run: 'delete sts db', stdout: 'statefulset.apps "db" deleted from default namespace' },
  ],
  'rollouts of a Deployment, and its autoscaler': [
    { run: 'apply -f -', input: workload('Deployment', 'web', { replicas: 2 }), stdout: 'deployment.apps/web created' },
    { run: `rollout status deploy/web ${waits}`, stdout: /deployment "web" successfully rolled out\n$/ },
    { run: 'set image deploy/web web=nginx:2', stdout: 'deployment.apps/web image updated' },
    { run: `rollout status deploy/web ${waits}`, stdout: /deployment "web" successfully rolled out\n$/ },
    { run: 'rollout undo deploy/web', stdout: 'deployment.apps/web rolled back' },
    { run: `rollout status deploy/web ${waits}`, stdout: /deployment "web" successfully rolled out\n$/ },
    { run: 'rollout history deploy/web', stdout: /REVISION +CHANGE-CAUSE\n2 +<none>\n3 +<none>\n/ },
    {
      run: 'autoscale deploy web --min=2 --max=4',
      stdout: 'horizontalpodautoscaler.autoscaling/web autoscaled',
    },
    {
      run: 'get hpa web',
      stdout:
        /^NAME +REFERENCE +TARGETS +MINPODS +MAXPODS +REPLICAS +AGE\nweb +Deployment\/web +cpu: <unknown>\/80% +2 +4 +0 +\d+s\n$/,
    },
    {
      run: 'get horizontalpodautoscalers.v1.autoscaling web',
      stdout: /REFERENCE +TARGETS +MINPODS +MAXPODS +REPLICAS +AGE\nweb +Deployment\/web +cpu: <unknown>\/80% /,
    },
    {
      run: 'get horizontalpodautoscalers.v1.autoscaling web -o jsonpath={.spec.targetCPUUtilizationPercentage}',
      stdout: '80',
    },
    { run: 'delete hpa web', stdout: 'horizontalpodautoscaler.autoscaling "web" deleted from default namespace' },
  ],
  // After the tour before, whose Deployment is still there.
  'a node is drained as far as a budget allows': [
    { run: 'create pdb web --selector=app=web --min-available=2', stdout: 'poddisruptionbudget.policy/web created' },
    {
      run: `wait pdb/web --for=jsonpath='{.status.currentHealthy}'=2 ${waits}`,
      stdout: 'poddisruptionbudget.policy/web condition met',
    },
    {
      run: 'get pdb web',
      stdout: /^NAME +MIN AVAILABLE +MAX UNAVAILABLE +ALLOWED DISRUPTIONS +AGE\nweb +2 +N\/A +0 +\d+s\n$/,
    },
    {
      run: 'drain node-1 node-2 --ignore-daemonsets --timeout=3s',
      code: 1,
      stderr: /Cannot evict pod as it would violate the pod's disruption budget/,
    },
    { run: 'uncordon node-2', stdout: 'node/node-2 uncordoned' },
    { run: `patch pdb web -p '{"spec":{"minAvailable":1}}'`, stdout: 'poddisruptionbudget.policy/web patched' },
    { run: 'drain node-1 --ignore-daemonsets --timeout=60s', stdout: /node\/node-1 drained\n$/, stderr: /.*/ },
    { run: `rollout status deploy/web ${waits}`, stdout: /successfully rolled out\n$/ },
    { run: 'delete deploy/web pdb/web', stdout: /poddisruptionbudget.policy "web" deleted/ },
  ],
};

it.each(Object.entries(tours))('kubectl %s', async (_what, stops) => {
  await tour(kubectl, stops);
});
