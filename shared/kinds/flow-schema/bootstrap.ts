import type { FlowSchema } from '../../api/object.ts';

type Spec = NonNullable<FlowSchema['spec']>;
type Rule = NonNullable<Spec['rules']>[number];
type Subject = Rule['subjects'][number];

/** What Kubernetes brings up to date by itself, unless somebody sets this to `false`. */
export const autoUpdate = { 'apf.kubernetes.io/autoupdate-spec': 'true' };

const group = (name: string): Subject => ({ kind: 'Group', group: { name } });
const user = (name: string): Subject => ({ kind: 'User', user: { name } });
const systemAccounts: Subject = {
  kind: 'ServiceAccount',
  serviceAccount: { name: '*', namespace: 'kube-system' },
};
const everybody = [group('system:unauthenticated'), group('system:authenticated')];
const nodes = [group('system:nodes')];

const resources = (verbs: string[], groups: string[], names: string[], clusterScope: boolean) => ({
  verbs,
  apiGroups: groups,
  resources: names,
  ...(clusterScope ? { clusterScope } : {}),
  namespaces: ['*'],
});

/** Every request of these. */
const all = (subjects: Subject[]): Rule => ({
  subjects,
  resourceRules: [resources(['*'], ['*'], ['*'], true)],
  nonResourceRules: [{ verbs: ['*'], nonResourceURLs: ['*'] }],
});

function schema(
  name: string,
  [level, matchingPrecedence, method]: [level: string, precedence: number, by?: 'ByUser' | 'ByNamespace'],
  rule: Rule,
): FlowSchema {
  return {
    metadata: { name, annotations: autoUpdate },
    spec: {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(method ? { distinguisherMethod: { type: method } } : {}),
      rules: [rule],
    },
  };
}

/** The two that make every request be of some schema; their specs are fixed. */
export const mandatoryFlowSchemas: readonly FlowSchema[] = [
  schema('exempt', ['exempt', 1], all([group('system:masters')])),
  schema('catch-all', ['catch-all', 10_000, 'ByUser'], all(everybody)),
];

const leases = (verbs: string[]) => resources(verbs, ['coordination.k8s.io'], ['leases'], false);

/** What a cluster has from the start and may change. */
export const suggestedFlowSchemas: readonly FlowSchema[] = [
  schema('system-nodes', ['system', 500, 'ByUser'], all(nodes)),
  schema('system-node-high', ['node-high', 400, 'ByUser'], {
    subjects: nodes,
    resourceRules: [resources(['*'], [''], ['nodes', 'nodes/status'], true), leases(['*'])],
  }),
  schema('probes', ['exempt', 2], {
    subjects: everybody,
    nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }],
  }),
  schema('system-leader-election', ['leader-election', 100, 'ByUser'], {
    subjects: [user('system:kube-controller-manager'), user('system:kube-scheduler'), systemAccounts],
    resourceRules: [leases(['get', 'create', 'update'])],
  }),
  schema(
    'kube-controller-manager',
    ['workload-high', 800, 'ByNamespace'],
    all([user('system:kube-controller-manager')]),
  ),
  schema('kube-scheduler', ['workload-high', 800, 'ByNamespace'], all([user('system:kube-scheduler')])),
  schema('kube-system-service-accounts', ['workload-high', 900, 'ByNamespace'], all([systemAccounts])),
  schema('service-accounts', ['workload-low', 9000, 'ByUser'], all([group('system:serviceaccounts')])),
  schema('global-default', ['global-default', 9900, 'ByUser'], all(everybody)),
];
