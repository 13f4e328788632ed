import type { FlowControl, FlowRequest } from '../flow-control/flow-control.ts';
import { type ErrorLog, plainText, respondToError } from './respond.ts';

/** The answer's headers that say under which objects its request was let in. */
export const flowHeaders = {
  flowSchemaUid: 'x-kubernetes-pf-flowschema-uid',
  priorityLevelUid: 'x-kubernetes-pf-prioritylevel-uid',
} as const;

export interface TurnDeps {
  flowControl: FlowControl;
  log: ErrorLog;
}

/** Answers a request when it is its turn; what is thrown is an answer as well. */
export async function inTurn(
  { flowControl, log }: TurnDeps,
  flow: FlowRequest & { request: Request },
  respond: () => Promise<Response>,
): Promise<Response> {
  const { release, flowSchemaUid, priorityLevelUid } = await flowControl.admit(flow);
  try {
    const response = release ? await respond() : tooManyRequests();
    return marked(response);
  } catch (error) {
    return marked(await respondToError(error, flow.request.headers.get('accept'), log));
  } finally {
    release?.();
  }

  function marked(response: Response): Response {
    if (flowSchemaUid) {
      response.headers.set(flowHeaders.flowSchemaUid, flowSchemaUid);
      response.headers.set(flowHeaders.priorityLevelUid, priorityLevelUid);
    }
    return response;
  }
}

/** To be tried again after a second. In Kubernetes, too, the one refusal that is no Status. */
function tooManyRequests(): Response {
  const response = plainText('Too many requests, please try again later.\n', 429);
  response.headers.set('retry-after', '1');
  response.headers.set('x-content-type-options', 'nosniff');
  return response;
}
