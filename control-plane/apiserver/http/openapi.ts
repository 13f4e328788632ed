import type { KindRegistry } from '../../../shared/kinds/registry.ts';
import { openapiV2ProtobufType } from '../../../shared/schema/openapi/protobuf-type.ts';
import type { Aggregation } from '../aggregation/aggregation.ts';
import { AddedOpenApi } from './added-openapi.ts';
import { isKnownTag } from './entity-tag.ts';
import { preferredType } from './negotiate.ts';

/** Static files of the deployment, by absolute path. */
export interface Assets {
  fetch(path: string): Promise<Response>;
}

export interface OpenApiDeps {
  kinds: KindRegistry;
  assets: Assets;
  /** Absent where nothing is aggregated. */
  aggregation?: Pick<Aggregation, 'openApiV2' | 'openApiV3'> | undefined;
  /** Epoch ms. */
  now(): number;
}

/** A document in one of its forms. */
interface Form {
  /** Below `/openapi/`, where the build has put it. */
  file: string;
  contentType: string;
}

const json = 'application/json';
/** The first is how clients spelled it before, and they still ask for both. */
const protobufTypes = ['application/com.github.proto-openapi.spec.v2@v1.0+protobuf', openapiV2ProtobufType];
const yearMs = 365 * 24 * 3600 * 1000;

/**
 * `/openapi/v2`, `/openapi/v3` and `/openapi/v3/...`, from files that the build generates out of the kinds, from the
 * definitions of custom kinds, and from the documents of those who answer aggregated APIs. All have an ETag; what is asked for by its hash never changes, so that clients keep it and do not ask again. Undefined for other
 * paths and for group versions without a document.
 */
export async function serveOpenApi(deps: OpenApiDeps, request: Request): Promise<Response | undefined> {
  const { pathname, searchParams } = new URL(request.url);
  const path = /^\/openapi\/(v2|v3(?:\/.+)?)$/.exec(pathname)?.[1];
  if (path === undefined) return undefined;
  const built = await readHashes(deps.assets);
  const added = Object.keys(built).length > 0 ? await addedOpenApi(deps, path) : undefined;
  const hashes = added ? added.hashes(built) : built;
  if (!Object.hasOwn(hashes, `${path}.json`)) return undefined;
  const form = negotiateForm(path, request.headers.get('accept'));
  if (!form) return new Response(null, { status: 406, headers: { vary: 'Accept' } });

  const current = hashes[form.file]!;
  const asked = path.startsWith('v3/') ? searchParams.get('hash') : null;
  // Relative, because the client may have reached the cluster below a path of its own.
  if (asked && asked !== current) return new Response(null, { status: 301, headers: { location: `?hash=${current}` } });
  const headers = new Headers({
    'content-type': form.contentType,
    etag: `"${current}"`,
    vary: 'Accept',
    ...freshness(deps.now(), { immutable: Boolean(asked) }),
  });
  if (isKnownTag(request.headers.get('if-none-match'), current)) return new Response(null, { status: 304, headers });
  const files = (file: string) => deps.assets.fetch(`/openapi/${file}`);
  const document = await added?.document(form.file, files, hashes);
  if (document !== undefined) return new Response(document, { headers });
  const asset = await files(form.file);
  if (!asset.ok) throw new Error(`the deployment has no file openapi/${form.file}: ${asset.status}`);
  return new Response(asset.body, { headers });
}

/** What this cluster's document has more of than any other's. */
async function addedOpenApi({ kinds, aggregation }: OpenApiDeps, path: string): Promise<AddedOpenApi | undefined> {
  return AddedOpenApi.of({
    kinds,
    v2: path === 'v2' ? await aggregation?.openApiV2() : [],
    v3: path === 'v3' ? await aggregation?.openApiV3() : [],
  });
}

function negotiateForm(path: string, accept: string | null): Form | undefined {
  const types = path === 'v2' ? [json, ...protobufTypes] : [json];
  const type = preferredType(accept, types);
  if (!type) return undefined;
  return type === json
    ? { file: `${path}.json`, contentType: json }
    : { file: `${path}.pb`, contentType: openapiV2ProtobufType };
}

/** Caches reckon the age of an answer from its `Date`: without one they take nothing to be fresh. */
function freshness(nowMs: number, { immutable }: { immutable: boolean }): Record<string, string> {
  const date = new Date(nowMs).toUTCString();
  if (!immutable) return { 'cache-control': 'no-cache, private', date };
  return { 'cache-control': 'public, immutable', date, expires: new Date(nowMs + yearMs).toUTCString() };
}

/** The hash of each file below `/openapi/`. Empty where the deployment has no documents. */
async function readHashes(assets: Assets): Promise<Record<string, string>> {
  const asset = await assets.fetch('/openapi/hashes.json');
  if (asset.ok) return (await asset.json()) as Record<string, string>;
  await asset.body?.cancel();
  return {};
}
