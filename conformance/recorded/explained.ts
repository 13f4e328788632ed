import type { Difference } from './exchanges.ts';

/** Why answers that differ from those of Kubernetes 1.21 are right, or as right as they can be. */
export interface Explanation {
  why: string;
  /** Of `Difference.step`; absent: of any. */
  step?: RegExp;
  /** Of `Difference.path`; absent: of any. */
  path?: RegExp;
  /** Looks at the values as well. */
  holds?(difference: Difference): boolean;
}

const isAbsent = (value: unknown) => value === undefined || value === null;
const ourOwn = ({ recorded, ours }: Difference) => isAbsent(recorded) && !isAbsent(ours);

/** Between 1.21 and 1.36. */
const newer: readonly Explanation[] = [
  { why: '1.36 says which release it is, and emulates', step: /GET \/version$/ },
  {
    why: 'group versions that are still served differ, and so does their order',
    step: /^discovery \d+ GET \/apis$/,
  },
  { why: 'the resources of 1.36 are others', step: /^discovery \d+ GET \/(api\/v1|apis\/[\w.]+\/v\d\w*)$/ },
  { why: 'since 1.30 subresources of managers are recorded, and who writes them', path: /managedFields/ },
  { why: 'labels that were added since', step: /^workload-tables 9 /, path: /labels/, holds: ourOwn },
  {
    why: 'times that are not set are left out since 1.34',
    path: /creationTimestamp$/,
    holds: (d) => d.recorded === null,
  },
  {
    why: 'Pods, and in 1.36 all kinds with a spec, count their generation',
    path: /\.(metadata\.generation|observedGeneration)$/,
    holds: ourOwn,
  },
  {
    why: 'since 1.22 Services have internalTrafficPolicy, later more of the kind',
    path: /(internalTrafficPolicy|allocateLoadBalancerNodePorts|externalTrafficPolicy|ipFamilyPolicy|ipFamilies)$/,
    holds: ourOwn,
  },
  {
    why: 'texts of columns come from the types, and those were rewritten',
    path: /columnDefinitions\[\d+\]\.(description|type)$/,
  },
  {
    why: 'restarts are told with the time of the last one, as text',
    step: /GET .*\/pods/,
    path: /rows\[\d+\]\.cells\[3\]$/,
  },
  {
    why: 'messages of the JSON decoder are those of its successor',
    path: /message$/,
    holds: (d) => /cannot be handled as|couldn't get version\/kind/.test(String(d.ours)),
  },
  {
    why: 'wording of 1.36: bytes, not characters',
    path: /message$/,
    holds: (d) => /must be no more than \d+ bytes/.test(String(d.ours)),
  },
  {
    why: 'wording of 1.36: values in errors are JSON, not Go',
    path: /message$/,
    holds: (d) => /map\[string\]string|\[\]string\{|core\.\w+\{/.test(String(d.recorded)),
  },
  {
    why: 'wording of 1.36',
    path: /message$/,
    holds: (d) => /cpu limit of 1|Invalid value: "": must not be empty/.test(String(d.ours)),
  },
  { why: 'since 1.33 almost any text is the name of an environment variable', step: /^pod-create-invalid (11|17) / },
  { why: 'terminatingReplicas is new', path: /terminatingReplicas$/, holds: ourOwn },
  { why: 'defaults and labels that were added since', step: /^workload-tables (6|8|22) /, holds: ourOwn },
  { why: 'Jobs select by a label with a prefix now', path: /matchLabels\.controller-uid$/ },
  {
    why: 'tables have other columns now',
    step: /^workload-tables \d+ GET /,
    path: /(columnDefinitions|rows\[\d+\]\.cells)/,
  },
  { why: 'Services can be deleted as a collection', step: /^delete 22 / },
  { why: 'the deletion of a Service answers with the Service', step: /^services 23 DELETE/ },
  { why: 'wording of 1.36', step: /^(reads (9|16|18|30)|watch 5) / },
  { why: 'wording of 1.36', step: /^patches 14 / },
  { why: 'names of Services may begin with a digit now', step: /^services (11|12) / },
  { why: 'custom resources have the reasons and words of all other kinds now', step: /^crd (8|10|12|14|15|25) / },
  { why: 'the roles of 1.36 name more paths and reviews', step: /^authorization 6 / },
  { why: 'Endpoints are labelled by their controller', step: /^services 22 /, path: /(labels|annotations)/ },
  { why: 'cron parser of 1.36', path: /message$/, holds: (d) => /exactly 5 fields/.test(String(d.ours)) },
];

/** What this server does otherwise, and docs/compatibility.md says why. */
const deviations: readonly Explanation[] = [
  {
    why: 'tables show an annotation that Kubernetes makes up for single objects only',
    step: /^workload-tables 5 GET /,
    path: /annotations$/,
  },
  { why: 'there are other checks and paths', step: /^discovery (8|9|10|15) GET /, path: /\.body/ },
  {
    why: 'an apply of a field that the schema lacks is 400, as is a malformed patch of what is not there',
    step: /^(server-side-apply 8|patches 15) /,
  },
  { why: 'a finding is one cause, however often it was looked for', path: /causes\[1\]$/ },
  { why: 'who is nobody may ask, and is forbidden', step: /^authentication 0 / },
  { why: 'custom resources: order of verbs and subresources', step: /^crd 2 GET/ },
  { why: 'a definition has its conditions with the first answer', step: /^crd 0 /, path: /status/ },
  { why: 'node CIDRs are given when the Node is made', path: /podCIDR/ },
  { why: 'node CIDRs are given when the Node is made', step: /^nodes 5 / },
  {
    why: 'the hash of a Pod template is our own',
    path: /message$/,
    holds: (d) => /ReplicaSet "d1-/.test(String(d.ours)),
  },
];

/** What a cluster makes anew, in its own time. */
const ofTheRun: readonly Explanation[] = [
  { why: 'generated names', path: /\.name$/, holds: (d) => /^kube-api-access-/.test(String(d.ours)) },
  { why: 'addresses and ports are allocated', path: /(clusterIPs\[0\]|nodePort|serverAddress)$/ },
  { why: 'addresses and ports are allocated', step: /^services 21 /, path: /rows\[\d\]\.cells\[[24]\]$/ },
  {
    why: 'ages',
    path: /cells\[\d+\]$/,
    holds: (d) => [d.recorded, d.ours].every((one) => /^\d+[smh]$/.test(String(one))),
  },
  { why: 'the recording was faster than the controller of ServiceAccounts', step: /^pod-create-defaults / },
];

/** What the recording itself did. */
const ofTheRecording: readonly Explanation[] = [
  { why: 'the body was shortened when it was recorded', step: /^pod-create-invalid 38 / },
  { why: 'changes that came over another connection are not part of the recording', step: /^watch [012678] / },
  { why: 'its history began later', step: /^watch 3 / },
  { why: 'a token of its history', step: /^reads 34 / },
  {
    why: 'revisions are counted anew',
    path: /message$/,
    holds: (d) => /Too large resource version|ResourceVersion in/.test(String(d.ours)),
  },
  {
    why: 'the recorded distribution had finalizers of its own',
    path: /finalizers$/,
    holds: (d) => String(d.recorded).includes('wrangler'),
  },
  {
    why: 'the recorded distribution had a controller that set it',
    path: /annotations$/,
    holds: (d) => JSON.stringify(d.recorded ?? '').includes('node.alpha.kubernetes.io/ttl'),
  },
  {
    why: 'the recorded distribution ran its controllers under one name',
    path: /(message|field)$/,
    step: /^server-side-apply 10 /,
  },
  {
    why: 'controllers work in their own time',
    step: /^(server-side-apply|replication-controller|delete|workload-tables) /,
    path: /^\.body\.(status|metadata\.annotations)/,
  },
  { why: 'the Deployment before it was not gone yet', step: /^workload-tables (0|1|3|47) / },
  { why: 'what is left of a page counts from where it began', path: /remainingItemCount$/ },
  { why: 'taints of the node life cycle come in their own time', step: /^nodes /, path: /taints/ },
  { why: 'definitions are finalized in their own time', step: /^crd (26|27|28) / },
  { why: 'Events and slices of controllers have names of their own', step: /^workload-tables (37|45) / },
];

export const explanations: readonly Explanation[] = [...newer, ...deviations, ...ofTheRun, ...ofTheRecording];

/** What nothing explains, and the explanations that nothing needs. */
export function explain(differences: readonly Difference[]): { unexplained: Difference[]; unused: Explanation[] } {
  const used = new Set<Explanation>();
  const unexplained = differences.filter((difference) => {
    const explanation = explanations.find(
      ({ step, path, holds }) =>
        (step?.test(difference.step) ?? true) && (path?.test(difference.path) ?? true) && (holds?.(difference) ?? true),
    );
    if (explanation) used.add(explanation);
    return !explanation;
  });
  return { unexplained, unused: explanations.filter((one) => !used.has(one)) };
}
