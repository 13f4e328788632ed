import type { Suite } from '../suite.ts';
import { apiSuite } from './api.ts';

/** In the order in which they run. */
export const suites: readonly Suite[] = [apiSuite];
