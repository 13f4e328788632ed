import { describe, expect, it } from 'vitest';
import type { ContainerStatus, Pod, PodStatus } from '../../api/object.ts';
import { podColumns } from './printer.ts';
import { summarizePod } from './status-text.ts';

type State = NonNullable<ContainerStatus['state']>;

const running: State = { running: { startedAt: '2026-01-01T00:00:00Z' } };

function status(name: string, state: State, more: Partial<ContainerStatus> = {}): ContainerStatus {
  return { name, state, ready: false, restartCount: 0, image: '', imageID: '', ...more };
}

function exited(exitCode: number, reason?: string, signal?: number): State {
  return { terminated: { exitCode, reason, signal } };
}

function aPod(
  podStatus: PodStatus,
  more: { init?: { name: string; restartPolicy?: string }[]; deleted?: boolean; containers?: string[] } = {},
): Pod {
  return {
    metadata: { name: 'p', ...(more.deleted ? { deletionTimestamp: '2026-01-01T00:00:00Z' } : {}) },
    spec: {
      containers: (more.containers ?? ['a']).map((name) => ({ name })),
      initContainers: more.init,
    },
    status: podStatus,
  };
}

describe('what a person is told about a Pod', () => {
  it.each<[string, Pod, string, string]>([
    ['not yet scheduled', aPod({ phase: 'Pending' }), '0/1', 'Pending'],
    [
      'being set up',
      aPod({ phase: 'Pending', containerStatuses: [status('a', { waiting: { reason: 'ContainerCreating' } })] }),
      '0/1',
      'ContainerCreating',
    ],
    [
      'running',
      aPod({ phase: 'Running', containerStatuses: [status('a', running, { ready: true })] }),
      '1/1',
      'Running',
    ],
    [
      'crashing',
      aPod({ phase: 'Running', containerStatuses: [status('a', { waiting: { reason: 'CrashLoopBackOff' } })] }),
      '0/1',
      'CrashLoopBackOff',
    ],
    [
      'ended',
      aPod({ phase: 'Succeeded', containerStatuses: [status('a', exited(0, 'Completed'))] }),
      '0/1',
      'Completed',
    ],
    [
      'ended by a signal',
      aPod({ phase: 'Failed', containerStatuses: [status('a', exited(137, undefined, 9))] }),
      '0/1',
      'Signal:9',
    ],
    [
      'ended without a reason',
      aPod({ phase: 'Failed', containerStatuses: [status('a', exited(3))] }),
      '0/1',
      'ExitCode:3',
    ],
    ['evicted', aPod({ phase: 'Failed', reason: 'Evicted' }), '0/1', 'Evicted'],
    [
      'one of two ended',
      aPod(
        {
          phase: 'Running',
          containerStatuses: [status('a', exited(0, 'Completed')), status('b', running, { ready: true })],
          conditions: [{ type: 'Ready', status: 'False' }],
        },
        { containers: ['a', 'b'] },
      ),
      '1/2',
      'NotReady',
    ],
    [
      'first of two init containers',
      aPod(
        { phase: 'Pending', initContainerStatuses: [status('i', running)] },
        { init: [{ name: 'i' }, { name: 'j' }] },
      ),
      '0/1',
      'Init:0/2',
    ],
    [
      'second of two init containers',
      aPod(
        {
          phase: 'Pending',
          initContainerStatuses: [status('i', exited(0)), status('j', { waiting: { reason: 'PodInitializing' } })],
        },
        { init: [{ name: 'i' }, { name: 'j' }] },
      ),
      '0/1',
      'Init:1/2',
    ],
    [
      'init container failed',
      aPod({ phase: 'Pending', initContainerStatuses: [status('i', exited(1, 'Error'))] }, { init: [{ name: 'i' }] }),
      '0/1',
      'Init:Error',
    ],
    [
      'init container has no image',
      aPod(
        { phase: 'Pending', initContainerStatuses: [status('i', { waiting: { reason: 'ImagePullBackOff' } })] },
        { init: [{ name: 'i' }] },
      ),
      '0/1',
      'Init:ImagePullBackOff',
    ],
    [
      'sidecar counts',
      aPod(
        {
          phase: 'Running',
          initContainerStatuses: [status('s', running, { ready: true, started: true })],
          containerStatuses: [status('a', running, { ready: true })],
        },
        { init: [{ name: 's', restartPolicy: 'Always' }] },
      ),
      '2/2',
      'Running',
    ],
    [
      'being deleted',
      aPod({ phase: 'Running', containerStatuses: [status('a', running, { ready: true })] }, { deleted: true }),
      '1/1',
      'Terminating',
    ],
    ['deleted after its end', aPod({ phase: 'Succeeded' }, { deleted: true }), '0/1', 'Succeeded'],
    ['deleted from a lost node', aPod({ phase: 'Running', reason: 'NodeLost' }, { deleted: true }), '0/1', 'Unknown'],
    [
      'held by a scheduling gate',
      aPod({ phase: 'Pending', conditions: [{ type: 'PodScheduled', status: 'False', reason: 'SchedulingGated' }] }),
      '0/1',
      'SchedulingGated',
    ],
  ])('%s', (_title, pod, ready, text) => {
    const summary = summarizePod(pod);
    expect([`${summary.ready}/${summary.total}`, summary.status]).toEqual([ready, text]);
  });

  it('restarts carry the time of the latest, those of finished init containers are left out', () => {
    const pod = aPod(
      {
        phase: 'Running',
        initContainerStatuses: [status('i', exited(0), { restartCount: 7 })],
        containerStatuses: [
          status('a', running, {
            ready: true,
            restartCount: 2,
            lastState: { terminated: { exitCode: 1, finishedAt: '2026-01-01T00:00:00Z' } },
          }),
          status('b', running, { ready: true, restartCount: 1 }),
        ],
      },
      { init: [{ name: 'i' }], containers: ['a', 'b'] },
    );
    const cell = podColumns
      .find(({ name }) => name === 'Restarts')!
      .cell(pod, {
        nowMs: Date.parse('2026-01-01T00:05:00Z'),
      });
    expect(cell).toBe('3 (5m ago)');
  });
});
