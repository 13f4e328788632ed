import { expect, test } from 'vitest';
import type { Pod } from '../../../shared/api/object.ts';
import { timestamp } from '../runtime/write.ts';
import { podsToDelete } from './pod-ranking.ts';

const nowMs = Date.parse('2026-01-02T03:04:05Z');
const ago = (seconds: number) => timestamp(nowMs - seconds * 1000);

interface Shape {
  node?: string;
  phase?: string;
  readyFor?: number;
  cost?: number;
  restarts?: number;
  age?: number;
}

function pod(name: string, { node = name, phase = 'Running', readyFor, cost, restarts = 0, age = 100 }: Shape): Pod {
  const annotations = cost === undefined ? {} : { 'controller.kubernetes.io/pod-deletion-cost': String(cost) };
  const ready = readyFor === undefined ? [] : [{ type: 'Ready', status: 'True', lastTransitionTime: ago(readyFor) }];
  const containerStatuses = [{ restartCount: restarts }];
  return {
    metadata: { name, uid: name, annotations, creationTimestamp: ago(age) },
    spec: { nodeName: node },
    status: { phase, conditions: ready, containerStatuses },
  } as unknown as Pod;
}

test.each<[string, Shape, Shape]>([
  ['not on a node', { node: '' }, {}],
  ['pending', { phase: 'Pending' }, { phase: 'Unknown' }],
  ['unknown', { phase: 'Unknown' }, {}],
  ['not ready', {}, { readyFor: 50 }],
  ['cheaper to delete', { readyFor: 50, cost: -5 }, { readyFor: 50, cost: 5 }],
  ['ready for a shorter time', { readyFor: 5 }, { readyFor: 50 }],
  ['restarted more often', { readyFor: 50, restarts: 3 }, { readyFor: 50, restarts: 1 }],
  ['younger', { readyFor: 5, age: 10 }, { readyFor: 5, age: 100 }],
])('%s goes first', (_why, goes, stays) => {
  const names = (pods: Pod[]) => pods.map(({ metadata }) => metadata.name);
  expect(names(podsToDelete([pod('stays', stays), pod('goes', goes)], 1, nowMs))).toEqual(['goes']);
});

test('of nodes with several, one goes from there first', () => {
  const pods = [
    pod('alone', { node: 'a', readyFor: 5 }),
    pod('x', { node: 'b', readyFor: 50 }),
    pod('y', { node: 'b', readyFor: 50 }),
  ];
  expect(podsToDelete(pods, 1, nowMs)[0]?.spec?.nodeName).toBe('b');
});
