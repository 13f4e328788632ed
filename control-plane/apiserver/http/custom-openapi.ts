import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../shared/api/json.ts';
import { apiVersionOf, type KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { type CustomDocumentedKind, customDefinitions, customDocument } from '../../../shared/schema/openapi/custom.ts';
import { encodeOpenapiV2 } from '../../../shared/schema/openapi/protobuf.ts';
import { openapiPath } from '../../../shared/schema/openapi.ts';

/** A static file of the deployment, by its path below `/openapi/`. */
export type OpenApiFiles = (file: string) => Promise<Response>;

/** Where the schemas are that all resources have in common, with their descriptions. */
const commonSchemas = 'v3/apis/apps/v1.json';

/**
 * What the custom kinds of a cluster add to its OpenAPI documents, which are static files otherwise. Documents are put
 * together when they are asked for; their hashes come from the definitions that they are made of.
 */
export class CustomOpenApi {
  readonly #kinds: readonly KindDefinition[];

  /** Undefined in a cluster without custom kinds. */
  static of(kinds: KindRegistry): CustomOpenApi | undefined {
    const custom = kinds.all().filter((kind) => kind.custom);
    return custom.length > 0 ? new CustomOpenApi(custom) : undefined;
  }

  private constructor(kinds: readonly KindDefinition[]) {
    this.#kinds = kinds;
  }

  /** The hashes of all files, with those of the documents that custom kinds are in. */
  hashes(hashes: Readonly<Record<string, string>>): Record<string, string> {
    const changed: Record<string, string> = { ...hashes };
    for (const [path, kinds] of this.#byPath()) {
      const file = `v3/${path}.json`;
      changed[file] = combined(hashes[file] ?? hashes[commonSchemas], kinds);
    }
    for (const file of ['v2.json', 'v2.pb', 'v3.json']) changed[file] = combined(hashes[file], this.#kinds);
    return changed;
  }

  /** The document in this file; undefined when it is the static one. `hashes` are those of all files. */
  async document(
    file: string,
    files: OpenApiFiles,
    hashes: Readonly<Record<string, string>>,
  ): Promise<string | Uint8Array<ArrayBuffer> | undefined> {
    switch (file) {
      case 'v2.json':
        return mergedV2(await readJson(files, file), this.#kinds);
      case 'v2.pb':
        return appendedV2(await (await files(file)).arrayBuffer(), this.#kinds);
      case 'v3.json':
        return this.#index(await readJson(files, file), hashes);
      default: {
        const kinds = this.#byPath().get(file.replace(/^v3\/|\.json$/g, ''));
        return kinds && groupVersionDocument(file, kinds, files, hashes);
      }
    }
  }

  #byPath(): Map<string, KindDefinition[]> {
    return Map.groupBy(this.#kinds, (kind) => openapiPath(kind));
  }

  #index(index: JsonObject, hashes: Readonly<Record<string, string>>): string {
    const paths = { ...(index.paths as JsonObject) };
    for (const path of this.#byPath().keys()) {
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashes[`v3/${path}.json`]}` };
    }
    return JSON.stringify({ ...index, paths });
  }
}

function combined(base: string | undefined, kinds: readonly KindDefinition[]): string {
  const parts = kinds.map((kind) => `${apiVersionOf(kind)} ${kind.plural} ${kind.custom?.fingerprint}`).sort();
  return createHash('sha256')
    .update(JSON.stringify([base, parts]))
    .digest('hex')
    .toUpperCase();
}

function mergedV2(document: JsonObject, kinds: readonly KindDefinition[]): string {
  const { paths, definitions } = customDefinitions(kinds.map(documented));
  return JSON.stringify({
    ...document,
    paths: { ...(document.paths as JsonObject), ...paths },
    definitions: { ...(document.definitions as JsonObject), ...definitions },
  });
}

/** Messages of protobuf that follow one another are one message with the members of both. */
function appendedV2(document: ArrayBuffer, kinds: readonly KindDefinition[]): Uint8Array<ArrayBuffer> {
  const added = encodeOpenapiV2({ ...customDefinitions(kinds.map(documented)) });
  const bytes = new Uint8Array(document.byteLength + added.byteLength);
  bytes.set(new Uint8Array(document));
  bytes.set(added, document.byteLength);
  return bytes;
}

async function groupVersionDocument(
  file: string,
  kinds: readonly KindDefinition[],
  files: OpenApiFiles,
  hashes: Readonly<Record<string, string>>,
): Promise<string> {
  const common = Object.hasOwn(hashes, commonSchemas) ? await readJson(files, commonSchemas) : {};
  const { schemas = {} } = (common.components ?? {}) as { schemas?: JsonObject };
  const builtIn = await files(file);
  if (!builtIn.ok) await builtIn.body?.cancel();
  const document = builtIn.ok ? ((await builtIn.json()) as JsonObject) : undefined;
  return JSON.stringify(customDocument(kinds.map(documented), schemas, document));
}

async function readJson(files: OpenApiFiles, file: string): Promise<JsonObject> {
  const response = await files(file);
  if (response.ok) return (await response.json()) as JsonObject;
  await response.body?.cancel();
  throw new Error(`the deployment has no file openapi/${file}: ${response.status}`);
}

function documented(kind: KindDefinition): CustomDocumentedKind {
  const { group, version, plural, scope, subresources, custom } = kind;
  if (!custom) throw new Error(`${kind.kind} is no custom kind`);
  const { listKind, openAPIV3Schema } = custom;
  return { group, version, kind: kind.kind, plural, scope, subresources, listKind, openAPIV3Schema };
}
