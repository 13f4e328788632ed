/**
 * Writes the OpenAPI documents of all kinds as static files below `dist/assets/openapi`, which the Worker serves as they
 * are: `v2.json` and `v2.pb`, `v3.json` (the index) and `v3/api/v1.json`, `v3/apis/GROUP/VERSION.json`. `hashes.json`
 * has the hash of each by its path.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { virtualKinds } from '../control-plane/apiserver/http/virtual-resources.ts';
import { builtInKinds } from '../shared/kinds/index.generated.ts';
import { encodeOpenapiV2 } from '../shared/schema/openapi/protobuf.ts';
import {
  type Descriptions,
  type DocumentedKind,
  groupVersionsOf,
  openapiIndex,
  openapiPath,
  openapiV2,
  openapiV3,
} from '../shared/schema/openapi.ts';

const root = join(import.meta.dirname, '..');

/** All kinds that the API serves, stored or not. */
export const servedKinds: readonly DocumentedKind[] = [...builtInKinds, ...virtualKinds];

/** The files by their path below `assets/openapi`. */
export function openApiFiles(
  kinds: readonly DocumentedKind[],
  descriptions: Descriptions,
): Map<string, string | Uint8Array> {
  const files = new Map<string, string | Uint8Array>();
  const indexed = new Map<string, string>();
  for (const groupVersion of groupVersionsOf(kinds)) {
    const text = JSON.stringify(openapiV3(kinds, groupVersion, descriptions));
    const path = openapiPath(groupVersion);
    files.set(`v3/${path}.json`, text);
    indexed.set(path, hashOf(text));
  }
  files.set('v3.json', JSON.stringify(openapiIndex(indexed)));
  const v2 = openapiV2(kinds, descriptions);
  files.set('v2.json', JSON.stringify(v2));
  files.set('v2.pb', encodeOpenapiV2(v2));
  files.set('hashes.json', JSON.stringify(Object.fromEntries([...files].map(([path, file]) => [path, hashOf(file)]))));
  return files;
}

function hashOf(file: string | Uint8Array): string {
  return createHash('sha256').update(file).digest('hex').toUpperCase();
}

/** Descriptions of all types, which only these documents need. */
export function readDescriptions(): Descriptions {
  const file = join(root, 'shared/schema/descriptions.generated.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Descriptions;
}

/** Writes the documents of all kinds to `dist/assets/openapi`. */
export function writeOpenApiAssets(): void {
  for (const [path, content] of openApiFiles(servedKinds, readDescriptions())) {
    const file = join(root, 'dist/assets/openapi', path);
    mkdirSync(dirname(file), { recursive: true });
    // In one step: a server that runs meanwhile reads the old file or the new one, but no half.
    writeFileSync(`${file}.new`, content);
    renameSync(`${file}.new`, file);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) writeOpenApiAssets();
