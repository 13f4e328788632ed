import type { Suite } from '../suite.ts';
import { accessSuite } from './access.ts';
import { admissionSuite } from './admission.ts';
import { apiSuite } from './api.ts';
import { customSuite } from './custom.ts';
import { growthSuite } from './growth.ts';
import { listsSuite } from './lists.ts';
import { memorySuite } from './memory.ts';
import { podsSuite } from './pods.ts';
import { proxySuite } from './proxy.ts';
import { rowsSuite } from './rows.ts';
import { sizesSuite } from './sizes.ts';
import { startSuite } from './start.ts';

/** In the order in which they run. */
export const suites: readonly Suite[] = [
  apiSuite,
  accessSuite,
  admissionSuite,
  customSuite,
  sizesSuite,
  listsSuite,
  growthSuite,
  podsSuite,
  proxySuite,
  startSuite,
  memorySuite,
  rowsSuite,
];
