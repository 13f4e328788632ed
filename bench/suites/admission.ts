import type { CreateRequest } from '../../control-plane/apiserver/registry/registry.ts';
import { ClusterFixture } from '../../control-plane/cluster/testing/fixture.ts';
import type { Figure, Floor } from '../figures.ts';
import type { Suite } from '../suite.ts';

const warmup = 2_000;
const writes = 1_000;
const rounds = 9;
const group = '/apis/admissionregistration.k8s.io/v1';

/** In the order of the table. What a policy is measured beside is the same request in a cluster without any. */
const cases: readonly { id: string; title: string; policies: number; spec: object; isMutating?: boolean }[] = [
  { id: 'one', title: 'a ValidatingAdmissionPolicy', policies: 1, spec: validating('object.data.size() <= 20') },
  { id: 'ten', title: 'ten of them', policies: 10, spec: validating('object.data.size() <= 20') },
  {
    id: 'loops',
    title: 'one that looks at every key and value, with a pattern and a variable',
    policies: 1,
    spec: {
      ...validating("object.data.all(k, k.matches('^[a-z0-9-]+$') && variables.values.all(v, v.size() < 1000))"),
      variables: [{ name: 'values', expression: 'object.data.map(k, object.data[k])' }],
    },
  },
  { id: 'elsewhere', title: 'ten for other resources', policies: 10, spec: validating('false', 'deployments') },
  {
    id: 'mutating',
    title: 'a MutatingAdmissionPolicy that sets a label',
    policies: 1,
    isMutating: true,
    spec: {
      matchConstraints: constraints('configmaps'),
      reinvocationPolicy: 'Never',
      mutations: [
        {
          patchType: 'ApplyConfiguration',
          applyConfiguration: { expression: 'Object{metadata: Object.metadata{labels: {"team": "a"}}}' },
        },
      ],
    },
  },
];

function constraints(resource: string) {
  return { resourceRules: [{ apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE'], resources: [resource] }] };
}

function validating(expression: string, resource = 'configmaps') {
  return { matchConstraints: constraints(resource), validations: [{ expression }] };
}

export const admissionSuite: Suite = {
  name: 'admission',
  title: 'Admission policies',
  needs: {},
  async run({ progress }) {
    progress('a request without policies');
    // Whoever comes first would pay for the compiler of the process.
    await measure(await ClusterFixture.create());
    const floor: Floor = { name: 'no policies', value: await measure(await ClusterFixture.create()) };
    const figures: Figure[] = [];
    for (const { id, title, policies, spec, isMutating = false } of cases) {
      progress(title);
      const cluster = await ClusterFixture.create();
      for (let index = 0; index < policies; index++) await addPolicy(cluster, { name: `p${index}`, spec, isMutating });
      figures.push({ id: `admission.${id}`, title, unit: 'us', value: await measure(cluster), floors: [floor] });
    }
    return { figures, remarks };
  },
};

const remarks = [
  'One create of a ConfigMap with ten keys, with `dryRun`, in a process of Node: decoding, defaults, admission and validation, without HTTP and without the write itself. CPU of the process, the median of several rounds.',
];

async function addPolicy(
  cluster: ClusterFixture,
  { name, spec, isMutating }: { name: string; spec: object; isMutating: boolean },
): Promise<void> {
  const prefix = `${group}/${isMutating ? 'mutating' : 'validating'}admissionpolic`;
  const actions = isMutating ? {} : { validationActions: ['Deny'] };
  await post(cluster, `${prefix}ies`, { metadata: { name }, spec });
  await post(cluster, `${prefix}ybindings`, { metadata: { name }, spec: { policyName: name, ...actions } });
}

async function post(cluster: ClusterFixture, path: string, body: object): Promise<void> {
  const { status, text } = await cluster.call('POST', path, { body });
  if (status !== 201) throw new Error(text);
}

/** Microseconds of CPU for one request. */
async function measure({ cluster: { registry, store, kinds } }: ClusterFixture): Promise<number> {
  const kind = kinds.byResource('configmaps');
  if (!kind) throw new Error('there are no ConfigMaps');
  const data = Object.fromEntries(Array.from({ length: 10 }, (_item, index) => [`key-${index}`, `value ${index}`]));
  const request: CreateRequest = {
    verb: 'create',
    kind,
    namespace: 'default',
    body: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'measured' }, data },
    user: { name: 'admin', groups: ['system:masters'] },
    fieldManager: 'bench',
    dryRun: true,
  };
  const run = (count: number) =>
    store.transaction((tx) => {
      for (let index = 0; index < count; index++) registry.write(tx, request);
    });
  run(warmup);
  const times = Array.from({ length: rounds }, () => {
    const before = process.cpuUsage();
    run(writes);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / writes;
  });
  return times.sort((a, b) => a - b)[rounds >> 1]!;
}
