import { textOf } from '../log.ts';
import type { ContainerRuntime, ImageRecord, RegistryCredentials } from '../runtime/container-runtime.ts';
import { defaultPullPolicy, isImageReference } from './reference.ts';

/** Why an image cannot be used, in the kubelet's words. `event` is what an event says about it, where one does. */
export interface ImageProblem {
  reason: 'ErrImagePull' | 'ErrImageNeverPull' | 'InvalidImageName' | 'ImageInspectError';
  message: string;
  event?: { reason: string; message: string };
}

export type ImageCheck =
  | { outcome: 'present'; image: ImageRecord }
  | { outcome: 'pull' }
  | { outcome: 'failed'; problem: ImageProblem };

export type PullResult = { ok: true; image: ImageRecord } | { ok: false; problem: ImageProblem };

export interface Images {
  /** What the pull policy says about an image, after one look at the engine. */
  check(reference: string, policy: string | undefined): Promise<ImageCheck>;
  /** Pulls; Pods that want the same image at the same time share one pull. */
  pull(reference: string, credentials?: RegistryCredentials): Promise<PullResult>;
}

export function createImages({ runtime }: { runtime: ContainerRuntime }): Images {
  const pulls = new Map<string, Promise<PullResult>>();

  async function check(reference: string, policy = defaultPullPolicy(reference) as string): Promise<ImageCheck> {
    if (!isImageReference(reference)) return { outcome: 'failed', problem: invalidName(reference) };
    if (policy === 'Always') return { outcome: 'pull' };
    const image = await runtime.findImage(reference);
    if (image) return { outcome: 'present', image };
    if (policy !== 'Never') return { outcome: 'pull' };
    const message = `Container image "${reference}" is not present with pull policy of Never`;
    const problem: ImageProblem = {
      reason: 'ErrImageNeverPull',
      message,
      event: { reason: 'ErrImageNeverPull', message },
    };
    return { outcome: 'failed', problem };
  }

  async function pullNow(reference: string, credentials?: RegistryCredentials): Promise<PullResult> {
    try {
      await runtime.pullImage(reference, credentials);
      const image = await runtime.findImage(reference);
      if (image) return { ok: true, image };
      return { ok: false, problem: pullProblem(reference, 'the engine does not have the image after the pull') };
    } catch (error) {
      return { ok: false, problem: pullProblem(reference, textOf(error)) };
    }
  }

  return {
    check,
    pull(reference, credentials) {
      const key = JSON.stringify([reference, credentials]);
      const running = pulls.get(key);
      if (running) return running;
      const pull = pullNow(reference, credentials).finally(() => pulls.delete(key));
      pulls.set(key, pull);
      return pull;
    },
  };
}

function invalidName(reference: string): ImageProblem {
  const message = `Failed to apply default image tag "${reference}": couldn't parse image name "${reference}": invalid reference format`;
  return { reason: 'InvalidImageName', message, event: { reason: 'InspectFailed', message } };
}

function pullProblem(reference: string, message: string): ImageProblem {
  const event = { reason: 'Failed', message: `Failed to pull image "${reference}": ${message}` };
  return { reason: 'ErrImagePull', message, event };
}
