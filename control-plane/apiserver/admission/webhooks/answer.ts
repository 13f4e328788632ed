import { Buffer } from 'node:buffer';
import { goQuote } from '../../../../shared/api/go-format.ts';
import { isJsonObject, isTooDeep, type Json, type JsonObject } from '../../../../shared/api/json.ts';

/** What became of asking a webhook. */
export type HookAnswer = HookVerdict | HookFailure;

/** It answered, and as it should. */
export interface HookVerdict {
  isFailure: false;
  allowed: boolean;
  /** A `metav1.Status`, as it came. */
  result: JsonObject | undefined;
  /** JSON patch; absent where the webhook changes nothing. */
  patch: Json[] | undefined;
  warnings: string[];
  auditAnnotations: Record<string, string>;
}

/** It could not be asked, or its answer is none. `failurePolicy` says what follows. */
export interface HookFailure {
  isFailure: true;
  /** As it goes into the error: `failed to call webhook: ...`. */
  reason: string;
}

export interface Expected {
  uid: string;
  /** Of AdmissionReview. */
  version: string;
  mutating: boolean;
}

/** Reads what a webhook answered with 2xx. */
export function readAnswer(text: string, expected: Expected): HookAnswer {
  try {
    return readReview(text, expected);
  } catch (error) {
    if (error instanceof Malformed) return { isFailure: true, reason: error.message };
    throw error;
  }
}

class Malformed extends Error {}

function unreadable(why: string): Malformed {
  return new Malformed(`failed to call webhook: ${why}`);
}

function invalid(why: string): Malformed {
  return new Malformed(`received invalid webhook response: ${why}`);
}

function readReview(text: string, expected: Expected): HookVerdict {
  const review = parse(text);
  const { kind, apiVersion, response } = review;
  if (!kind) throw unreadable(`Object 'Kind' is missing in '${text.slice(0, 1000)}'`);
  if (!isJsonObject(response)) throw invalid('webhook response was absent');
  const isStrict = expected.version === 'v1';
  if (isStrict && response.uid !== expected.uid) {
    throw invalid(`expected response.uid=${goQuote(expected.uid)}, got ${goQuote(String(response.uid ?? ''))}`);
  }
  if (isStrict && (kind !== 'AdmissionReview' || apiVersion !== 'admission.k8s.io/v1')) {
    const got = `${apiVersion}, Kind=${kind}`;
    throw invalid(`expected webhook response of admission.k8s.io/v1, Kind=AdmissionReview, got ${got}`);
  }
  const { allowed = false, status } = response;
  if (typeof allowed !== 'boolean') throw unmarshal(allowed, 'allowed', 'bool');
  if (status !== undefined && status !== null && !isJsonObject(status)) throw unmarshal(status, 'status', 'v1.Status');
  return {
    isFailure: false,
    allowed,
    result: isJsonObject(status) ? status : undefined,
    patch: readPatch(response, { ...expected, isStrict }),
    warnings: readTexts(response.warnings),
    auditAnnotations: readAnnotations(response.auditAnnotations),
  };
}

function parse(text: string): JsonObject {
  try {
    const review: unknown = JSON.parse(text);
    if (isJsonObject(review) && !isTooDeep(review)) return review;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw unreadable("couldn't get version/kind; json parse error: the body is no JSON object");
}

function readPatch(
  { patch, patchType }: JsonObject,
  { mutating, isStrict }: { mutating: boolean; isStrict: boolean },
): Json[] | undefined {
  const hasPatch = typeof patch === 'string' && patch !== '';
  const hasType = patchType !== undefined && patchType !== null;
  if (!mutating) {
    if (isStrict && hasPatch) throw invalid('validating webhook may not return response.patch');
    if (isStrict && hasType) throw invalid('validating webhook may not return response.patchType');
    return undefined;
  }
  if (isStrict && hasPatch && !hasType) throw invalid('webhook returned response.patch but not response.patchType');
  if (isStrict && !hasPatch && hasType) throw invalid('webhook returned response.patchType but not response.patch');
  if (!hasPatch) return undefined;
  if (isStrict && patchType === '') throw invalid('webhook returned invalid response.patchType of ""');
  if (isStrict && patchType !== 'JSONPatch')
    throw new Malformed(`unsupported patch type ${goQuote(String(patchType))}`);
  return decodePatch(patch);
}

function decodePatch(base64: string): Json[] | undefined {
  const undecodable = (why: string) => new Malformed(`received undecodable patch in webhook response: ${why}`);
  try {
    const patch: unknown = JSON.parse(Buffer.from(base64, 'base64').toString('utf8'));
    if (Array.isArray(patch)) return patch.length > 0 ? (patch as Json[]) : undefined;
    if (patch === null) return undefined;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw undecodable(error.message);
  }
  throw undecodable('json: cannot unmarshal into Go value of type jsonpatch.Patch');
}

function readTexts(value: Json | undefined): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function readAnnotations(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

function unmarshal(value: Json, field: string, type: string): Malformed {
  const what = Array.isArray(value) ? 'array' : typeof value;
  return unreadable(
    `json: cannot unmarshal ${what} into Go struct field AdmissionResponse.response.${field} of type ${type}`,
  );
}
