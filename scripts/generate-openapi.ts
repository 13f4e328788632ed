/**
 * Writes the OpenAPI documents of all kinds as static files, which the Worker serves as they are:
 * `dist/assets/openapi/v2.json`, `v3.json` (the index) and `v3/api/v1.json`, `v3/apis/GROUP/VERSION.json`.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { KindDefinition } from '../shared/kinds/define-kind.ts';
import { builtInKinds } from '../shared/kinds/index.generated.ts';
import {
  type Descriptions,
  groupVersionsOf,
  openapiIndex,
  openapiPath,
  openapiV2,
  openapiV3,
} from '../shared/schema/openapi.ts';

const root = join(import.meta.dirname, '..');

/** The files by their path below `assets/openapi`. */
export function openApiFiles(kinds: readonly KindDefinition[], descriptions: Descriptions): Map<string, string> {
  const files = new Map<string, string>();
  const hashes = new Map<string, string>();
  for (const groupVersion of groupVersionsOf(kinds)) {
    const text = JSON.stringify(openapiV3(kinds, groupVersion, descriptions));
    const path = openapiPath(groupVersion);
    files.set(`v3/${path}.json`, text);
    hashes.set(path, createHash('sha256').update(text).digest('hex').toUpperCase());
  }
  files.set('v3.json', JSON.stringify(openapiIndex(hashes)));
  files.set('v2.json', JSON.stringify(openapiV2(kinds, descriptions)));
  return files;
}

/** Descriptions of all types, which only these documents need. */
export function readDescriptions(): Descriptions {
  const file = join(root, 'shared/schema/descriptions.generated.json');
  return JSON.parse(readFileSync(file, 'utf8')) as Descriptions;
}

/** Writes the documents of the built-in kinds to `dist/assets/openapi`. */
export function writeOpenApiAssets(): void {
  for (const [path, text] of openApiFiles(builtInKinds, readDescriptions())) {
    const file = join(root, 'dist/assets/openapi', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) writeOpenApiAssets();
