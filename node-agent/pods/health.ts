import type { Container } from '../../shared/api/object.ts';
import type { PodContainer } from './identity.ts';
import type { PodMemory } from './memory.ts';
import { isRunning } from './outcome.ts';

type Known = Readonly<Pick<PodMemory, 'health' | 'condemned'>>;

/** It runs, its `postStart` hook is over, and its startup probe, if it has one, has passed. */
export function isStarted(container: Container, current: PodContainer, { health }: Known): boolean {
  const known = health.get(current.record.id);
  if (!isRunning(current) || known?.starting) return false;
  return container.startupProbe ? known?.started === true : true;
}

/** It has started, and its readiness probe, if it has one, passes. */
export function isReady(container: Container, current: PodContainer, memory: Known): boolean {
  if (!isStarted(container, current, memory)) return false;
  return container.readinessProbe ? memory.health.get(current.record.id)?.ready === true : true;
}
