import type { Probe } from './probe.ts';

/** How a probe stands after its results so far. */
export interface Verdict {
  /** The last that its thresholds let through; undefined before the first. */
  passed: boolean | undefined;
  /** The latest results in a row that agree. */
  latest: boolean | undefined;
  run: number;
}

export const noVerdict: Verdict = { passed: undefined, latest: undefined, run: 0 };

/** `successThreshold` good results in a row, or `failureThreshold` bad ones, move the verdict. */
export function judge(verdict: Verdict, success: boolean, probe: Probe): Verdict {
  const run = verdict.latest === success ? verdict.run + 1 : 1;
  const { successThreshold = 1, failureThreshold = 3 } = probe;
  const reached = run >= (success ? successThreshold : failureThreshold);
  return { passed: reached ? success : verdict.passed, latest: success, run };
}
