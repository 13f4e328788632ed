import { apiVersionOf, type KindDefinition } from '../../../shared/kinds/define-kind.ts';

/** The event that only says how far the watch has got; at the end of the initial events it says that too. */
export function bookmark(
  kind: Pick<KindDefinition, 'group' | 'version' | 'kind'>,
  revision: number,
  options: { endsInitialEvents?: boolean } = {},
): string {
  const annotations = options.endsInitialEvents ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
  const metadata = { resourceVersion: String(revision), creationTimestamp: null, ...annotations };
  return JSON.stringify({ type: 'BOOKMARK', object: { kind: kind.kind, apiVersion: apiVersionOf(kind), metadata } });
}
