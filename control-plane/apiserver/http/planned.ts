import { internalHeaders } from './internal-headers.ts';
import type { StreamPlan } from './verbs/log.ts';

/** The answer of a cluster's object that leaves the rest to the front. */
export function planned(plan: StreamPlan): Response {
  const headers = { [internalHeaders.streamPlan]: encodeURIComponent(JSON.stringify(plan)) };
  return new Response(null, { status: 200, headers });
}
