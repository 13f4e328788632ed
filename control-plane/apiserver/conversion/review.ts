import { StatusError } from '../../../shared/api/errors.ts';
import { isJsonObject, type Json, type JsonObject, parseIfJson } from '../../../shared/api/json.ts';
import type { KubernetesObject } from '../../../shared/api/object.ts';
import type { KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { OutsideQuestion } from '../outside-calls/question.ts';
import type { CallWebhook } from '../outside-calls/webhook-client.ts';
import { checkConverted } from './check-converted.ts';

export interface ConversionDeps {
  call: CallWebhook;
  /** Names each review. */
  uid(): string;
}

/** Asks the webhooks that convert custom resources. */
export interface Conversions {
  /** All of them in this version, in the same order. Throws StatusError for a webhook that does not do its part. */
  convert(
    kind: KindDefinition,
    objects: readonly KubernetesObject[],
    apiVersion: string,
    signal: AbortSignal,
  ): Promise<KubernetesObject[]>;
  /** The same for one object, in the course of a write. */
  question(kind: KindDefinition, object: KubernetesObject, apiVersion: string): OutsideQuestion<KubernetesObject>;
}

const timeoutSeconds = 30;
const knownVersions: readonly string[] = ['v1', 'v1beta1'];

export function createConversions(deps: ConversionDeps): Conversions {
  const convert: Conversions['convert'] = async (kind, objects, apiVersion, signal) => {
    const { clientConfig, conversionReviewVersions = [] } = kind.custom?.webhook ?? {};
    const fail = (problem: string): StatusError => {
      const from = `${objects[0]?.apiVersion}, Kind=${kind.kind}`;
      return new StatusError('InternalError', `conversion webhook for ${from} ${problem}`);
    };
    const version = conversionReviewVersions.find((one) => knownVersions.includes(one));
    if (!clientConfig || !version) throw fail('failed: no supported conversion review versions');
    const uid = deps.uid();
    const body = JSON.stringify({
      kind: 'ConversionReview',
      apiVersion: `apiextensions.k8s.io/${version}`,
      request: { uid, desiredAPIVersion: apiVersion, objects },
    });
    const result = await deps.call({ client: clientConfig, body, timeoutSeconds, signal });
    if ('problem' in result) throw fail(`failed: ${result.problem}`);
    const converted = readAnswer(result.text, { uid, version });
    if (typeof converted === 'string') throw fail(`failed: ${converted}`);
    if (converted.length !== objects.length) {
      throw fail(`returned ${converted.length} objects, expected ${objects.length}`);
    }
    return converted.map((answer, index) => {
      const checked = checkConverted(objects[index]!, answer, apiVersion);
      if (typeof checked === 'string') throw fail(`returned invalid ${checked}`);
      return checked;
    });
  };
  return {
    convert,
    question(kind, object, apiVersion) {
      const { group, plural: resource } = kind;
      return {
        place: `conversion/${apiVersion}`,
        content: JSON.stringify(object),
        subject: { group, resource, name: object.metadata.name ?? '' },
        ask: async (signal) => (await convert(kind, [object], apiVersion, signal))[0]!,
      };
    },
  };
}

/** The objects of an answer, or what is wrong with it. */
function readAnswer(text: string, { uid, version }: { uid: string; version: string }): Json[] | string {
  const review = parseIfJson(text);
  if (!isJsonObject(review)) return 'the answer is no ConversionReview';
  const expected = `apiextensions.k8s.io/${version}`;
  if (version === 'v1' && (review.apiVersion !== expected || review.kind !== 'ConversionReview')) {
    const apiVersion = typeof review.apiVersion === 'string' ? review.apiVersion : '';
    const got = `${apiVersion.includes('/') ? '' : '/'}${apiVersion}, Kind=${review.kind ?? ''}`;
    return `expected webhook response of ${expected}, Kind=ConversionReview, got ${got}`;
  }
  const { response } = review;
  if (!isJsonObject(response)) return 'no response provided';
  if (version === 'v1' && response.uid !== uid) {
    return `expected response.uid=${JSON.stringify(uid)}, got ${JSON.stringify(response.uid ?? '')}`;
  }
  const result: JsonObject = isJsonObject(response.result) ? response.result : {};
  if (result.status === 'Success') return Array.isArray(response.convertedObjects) ? response.convertedObjects : [];
  return typeof result.message === 'string' && result.message !== ''
    ? result.message
    : `response.result.status was '${result.status ?? ''}', not 'Success'`;
}
