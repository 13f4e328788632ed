import type { NetworkPolicy } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { networkPolicyWarnings, validateNetworkPolicy } from './network-policy/validate.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';
import { selectorCell } from './workloads/selector.ts';

export default defineKind<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  singular: 'networkpolicy',
  shortNames: ['netpol'],
  scope: 'Namespaced',
  schema: 'V1NetworkPolicy',
  hasGeneration: true,
  strategy: { default: applyDefaults, validate: validateNetworkPolicy, warnings: networkPolicyWarnings },
  columns: [
    nameColumn(),
    {
      name: 'Pod-Selector',
      type: 'string',
      description: 'The Pods that the policy is about.',
      cell: ({ spec }) => selectorCell(spec?.podSelector ?? {}),
    },
    ageColumn(),
  ],
});

/** Every policy is about traffic into its Pods; one about traffic out of them only if it has rules for that. */
function applyDefaults({ spec }: NetworkPolicy): void {
  if (!spec || spec.policyTypes?.length) return;
  spec.policyTypes = spec.egress?.length ? ['Ingress', 'Egress'] : ['Ingress'];
}
