import { createHash } from 'node:crypto';
import { StatusError } from '../../../shared/api/errors.ts';
import { isJsonObject, type Json, type JsonObject } from '../../../shared/api/json.ts';
import { encodeOpenapiV2 } from '../../../shared/schema/openapi/protobuf.ts';
import type { AggregatedApi } from './api-services.ts';
import { type AskDeps, askExtension, type ExtensionAnswer, type ExtensionQuestion } from './ask-extension.ts';
import { type OpenApiParts, partsOfGroupVersion } from './openapi-v2.ts';
import { createRemembered, type Remembered } from './remembered.ts';

/** What an extension server says of one group version that it answers. */
export interface ExtensionDocuments {
  /** The `resources` of its APIResourceList. */
  resources: Remembered<readonly JsonObject[]>;
  openApiV2: Remembered<Tagged<OpenApiParts>>;
  /** Where the server has the document of OpenAPI v3, by path below `/openapi/v3/`. */
  openApiV3: Remembered<Tagged<JsonObject>>;
}

export interface Tagged<T> {
  content: T;
  /** Of the server's answer, to ask whether there is a newer one. */
  etag: string | undefined;
  /** Changes with the content. */
  hash: string;
}

export interface DocumentsDeps extends AskDeps {
  /** Epoch ms. */
  now(): number;
}

const json = 'application/json';

/** @param api as it is by now */
export function createExtensionDocuments(deps: DocumentsDeps, api: () => AggregatedApi): ExtensionDocuments {
  const { now } = deps;
  const ask = (question: ExtensionQuestion) => askExtension(deps, api(), question);
  const tagged = <T>(path: string, accept: string, read: (body: JsonObject) => T) =>
    createRemembered<Tagged<T>>({
      now,
      ask: (last) =>
        answered(async () => {
          const answer = await ask({ path, accept, etag: last?.etag });
          if (answer.code === 304 && last) return last;
          const { text, etag } = answer;
          return { content: read(bodyOf(answer, path)), etag, hash: createHash('sha256').update(text).digest('hex') };
        }),
    });
  return {
    resources: createRemembered({
      now,
      ask: () =>
        answered(async () => {
          const { group, version } = api();
          const path = `/apis/${group}/${version}`;
          const { resources } = bodyOf(await ask({ path, accept: json }), path);
          if (!Array.isArray(resources)) throw unusable(path, 'it has no list of resources');
          return resources.filter(isJsonObject);
        }),
    }),
    openApiV2: tagged('/openapi/v2', json, (document) => readV2(document, api())),
    openApiV3: tagged('/openapi/v3', json, (document) => readV3(document, api())),
  };
}

async function answered<T>(run: () => Promise<T>): Promise<{ value: T } | { problem: string }> {
  try {
    return { value: await run() };
  } catch (error) {
    if (error instanceof StatusError) return { problem: error.message };
    throw error;
  }
}

function bodyOf({ code, text }: ExtensionAnswer, path: string): JsonObject {
  if (code !== 200) throw unusable(path, `bad status: ${code}`);
  const body = parsed(text);
  if (!isJsonObject(body)) throw unusable(path, 'it is no JSON object');
  return body;
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof RangeError) return undefined;
    throw error;
  }
}

/** What has no form in protobuf would leave clients that ask for it without any document at all. */
function readV2(document: JsonObject, api: AggregatedApi): OpenApiParts {
  try {
    const parts = partsOfGroupVersion(document, api);
    encodeOpenapiV2({ ...parts });
    return parts;
  } catch (error) {
    throw unusable('/openapi/v2', error instanceof Error ? error.message : String(error));
  }
}

/** A server may document more than the cluster has registered; none of that is its to say here. */
function readV3({ paths }: JsonObject, { group, version }: AggregatedApi): JsonObject {
  const key = `apis/${group}/${version}`;
  const entry = isJsonObject(paths) && Object.hasOwn(paths, key) ? paths[key] : undefined;
  const url = isJsonObject(entry) ? entry.serverRelativeURL : undefined;
  const isOwn = typeof url === 'string' && /^[?]|^$/.test(url.slice(`/openapi/v3/${key}`.length));
  return isOwn && url.startsWith(`/openapi/v3/${key}`) ? { [key]: { serverRelativeURL: url } } : {};
}

function unusable(path: string, why: string): StatusError {
  return new StatusError('ServiceUnavailable', `no use for the answer to ${path}: ${why}`, {});
}
