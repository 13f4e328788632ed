import { createHash } from 'node:crypto';
import type { JsonObject } from '../../../shared/api/json.ts';
import { apiVersionOf, type KindDefinition } from '../../../shared/kinds/define-kind.ts';
import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { type CustomDocumentedKind, customDefinitions, customDocument } from '../../../shared/schema/openapi/custom.ts';
import { encodeOpenapiV2 } from '../../../shared/schema/openapi/protobuf.ts';
import { openapiPath } from '../../../shared/schema/openapi.ts';
import type { DocumentedElsewhere } from '../aggregation/aggregation.ts';
import { addedTo, type OpenApiParts } from '../aggregation/openapi-v2.ts';

/** A static file of the deployment, by its path below `/openapi/`. */
export type OpenApiFiles = (file: string) => Promise<Response>;

/** Where the schemas are that all resources have in common, with their descriptions. */
const commonSchemas = 'v3/apis/apps/v1.json';

export interface AddedOpenApiDeps {
  kinds: KindRegistry;
  /** Of aggregated APIs, where the document is asked for that these are in. */
  v2?: readonly DocumentedElsewhere<OpenApiParts>[] | undefined;
  v3?: readonly DocumentedElsewhere<JsonObject>[] | undefined;
}

/**
 * What the custom kinds and the aggregated APIs of a cluster add to its OpenAPI documents, which are static files
 * otherwise. Documents are put together when they are asked for; their hashes come from what they are made of.
 */
export class AddedOpenApi {
  readonly #kinds: readonly KindDefinition[];
  readonly #v2: readonly DocumentedElsewhere<OpenApiParts>[];
  readonly #v3: readonly DocumentedElsewhere<JsonObject>[];

  /** Undefined in a cluster that adds nothing. */
  static of({ kinds, v2 = [], v3 = [] }: AddedOpenApiDeps): AddedOpenApi | undefined {
    const custom = kinds.all().filter((kind) => kind.custom);
    return custom.length + v2.length + v3.length > 0 ? new AddedOpenApi(custom, v2, v3) : undefined;
  }

  private constructor(
    kinds: readonly KindDefinition[],
    v2: readonly DocumentedElsewhere<OpenApiParts>[],
    v3: readonly DocumentedElsewhere<JsonObject>[],
  ) {
    this.#kinds = kinds;
    this.#v2 = v2;
    this.#v3 = v3;
  }

  /** The hashes of all files, with those of the documents that something is added to. */
  hashes(hashes: Readonly<Record<string, string>>): Record<string, string> {
    const changed: Record<string, string> = { ...hashes };
    for (const [path, kinds] of this.#byPath()) {
      const file = `v3/${path}.json`;
      changed[file] = combined(hashes[file] ?? hashes[commonSchemas], fingerprintsOf(kinds));
    }
    const own = fingerprintsOf(this.#kinds);
    for (const file of ['v2.json', 'v2.pb']) changed[file] = combined(hashes[file], own, this.#v2);
    changed['v3.json'] = combined(hashes['v3.json'], own, this.#v3);
    return changed;
  }

  /** The document in this file; undefined when it is the static one. `hashes` are those of all files. */
  async document(
    file: string,
    files: OpenApiFiles,
    hashes: Readonly<Record<string, string>>,
  ): Promise<string | Uint8Array<ArrayBuffer> | undefined> {
    switch (file) {
      case 'v2.json': {
        const document = await readJson(files, file);
        return JSON.stringify({ ...document, ...merged(partsOf(document), this.#additions(document)) });
      }
      case 'v2.pb': {
        // Only names that others may have taken as well depend on what is in the document.
        const document = this.#v2.length > 0 ? await readJson(files, 'v2.json') : {};
        return appended(await (await files(file)).arrayBuffer(), this.#additions(document));
      }
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

  #additions(document: JsonObject): OpenApiParts {
    const custom = customDefinitions(this.#kinds.map(documented));
    const elsewhere = this.#v2.map(({ content }) => content);
    return merged(custom, addedTo(merged(partsOf(document), custom), elsewhere));
  }

  #index(index: JsonObject, hashes: Readonly<Record<string, string>>): string {
    const paths: JsonObject = Object.assign({}, ...this.#v3.map(({ content }) => content), index.paths);
    for (const path of this.#byPath().keys()) {
      paths[path] = { serverRelativeURL: `/openapi/v3/${path}?hash=${hashes[`v3/${path}.json`]}` };
    }
    return JSON.stringify({ ...index, paths });
  }
}

function fingerprintsOf(kinds: readonly KindDefinition[]): string[] {
  return kinds.map((kind) => `${apiVersionOf(kind)} ${kind.plural} ${kind.custom?.fingerprint}`).sort();
}

function combined(
  base: string | undefined,
  fingerprints: readonly string[],
  elsewhere: readonly { hash: string }[] = [],
): string {
  return createHash('sha256')
    .update(JSON.stringify([base, fingerprints, elsewhere.map(({ hash }) => hash)]))
    .digest('hex')
    .toUpperCase();
}

function partsOf({ paths, definitions }: JsonObject): OpenApiParts {
  return { paths: (paths ?? {}) as JsonObject, definitions: (definitions ?? {}) as JsonObject };
}

function merged(a: OpenApiParts, b: OpenApiParts): OpenApiParts {
  return { paths: { ...a.paths, ...b.paths }, definitions: { ...a.definitions, ...b.definitions } };
}

/** Messages of protobuf that follow one another are one message with the members of both. */
function appended(document: ArrayBuffer, additions: OpenApiParts): Uint8Array<ArrayBuffer> {
  const added = encodeOpenapiV2({ ...additions });
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
