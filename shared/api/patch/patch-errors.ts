import { badRequest, StatusError } from '../errors.ts';

/** What a patch that is well formed but does not fit the object is answered with; the wording names no cause. */
export function unprocessablePatch(): StatusError {
  return new StatusError('Invalid', 'the server rejected our request due to an error in our request', {});
}

/** The patch is not of the form that its type demands. `go` is the type that Kubernetes decodes it into. */
export function undecodablePatch(patch: unknown, go: string): StatusError {
  return badRequest(`error decoding patch: json: cannot unmarshal ${typeName(patch)} into Go value of type ${go}`);
}

function typeName(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
