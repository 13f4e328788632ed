import type { Pod } from '../../shared/api/object.ts';
import type { ClusterView } from '../pods/cluster-view.ts';
import type { PodFacts } from '../pods/field-ref.ts';
import type { PodTokens } from '../tokens/pod-tokens.ts';

export type Volume = NonNullable<NonNullable<Pod['spec']>['volumes']>[number];

export interface VolumeContext {
  pod: Pod;
  volume: Volume;
  cluster: ClusterView;
  tokens: Pick<PodTokens, 'get'>;
  /** Without the Pod's address, which it does not have yet. */
  facts: PodFacts;
  /** Where the volume may keep files: on disk, or in memory. The directory exists only once the volume makes it. */
  directory: { disk: string; memory: string };
}

/** One type of volume. */
export interface VolumeType {
  /** Makes the volume ready and returns its path on the host. Idempotent. Throws VolumeError. */
  setUp(context: VolumeContext): Promise<string>;
  /** Its content follows the cluster: `setUp` runs again when the objects behind it change. */
  follows: boolean;
}

/** The volume cannot be made ready; the text is the kubelet's, for the `FailedMount` event. */
export class VolumeError extends Error {
  override readonly name = 'VolumeError';
}
