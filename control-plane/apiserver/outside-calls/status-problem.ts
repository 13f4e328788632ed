import { isJsonObject } from '../../../shared/api/json.ts';

/** What clients of Kubernetes make of a code that came without a Status. */
const messages: Readonly<Record<number, string>> = {
  401: 'the server has asked for the client to provide credentials',
  404: 'the server could not find the requested resource',
  405: 'the server does not allow this method on the requested resource',
  409: 'the server reported a conflict',
  410: 'the server indicated that the requested resource is no longer available',
  415: 'the media type in the accept header or body was not supported by the server',
  422: 'the server rejected our request due to an error in our request',
  429: 'the server has received too many requests and has asked us to try again later',
  503: 'the server is currently unable to handle the request',
  504: 'the server was unable to return a response in the time allotted, but may still be processing the request',
};

const shownBytes = 1000;

/** Why an answer that is not 2xx is none: what its Status says, else what its code means. */
export function statusProblem(code: number, text: string): string {
  const said = statusMessage(text);
  if (said) return said;
  if (code === 403) return text.trim().slice(0, shownBytes) || 'unknown';
  const known = messages[code];
  if (known) return known;
  if (code >= 500) {
    return `an error on the server (${JSON.stringify(text.trim().slice(0, shownBytes) || 'unknown')}) has prevented the request from succeeding`;
  }
  return `the server responded with the status code ${code} but did not return more information`;
}

function statusMessage(text: string): string | undefined {
  try {
    const body: unknown = JSON.parse(text);
    if (isJsonObject(body) && body.kind === 'Status' && typeof body.message === 'string') return body.message;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  return undefined;
}
