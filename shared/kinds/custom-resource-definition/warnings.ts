import { isSupportedFormat } from '../../schema/structural/formats.ts';
import { childrenOf, type JsonSchema } from '../../schema/structural/json-schema.ts';
import type { CustomResourceDefinition } from './types.ts';

/** Formats that mean nothing here and so check nothing; on updates only those that are new. */
export function formatWarnings(definition: CustomResourceDefinition, old?: CustomResourceDefinition): string[] {
  const known = new Set(old ? unknownFormats(old) : []);
  return unknownFormats(definition)
    .filter((format) => !known.has(format))
    .map((format) => `unrecognized format ${JSON.stringify(format)}`);
}

function unknownFormats({ spec }: CustomResourceDefinition): string[] {
  return spec.versions.flatMap(({ schema }) => (schema?.openAPIV3Schema ? formatsIn(schema.openAPIV3Schema) : []));
}

function formatsIn(schema: JsonSchema): string[] {
  const { type, format } = schema;
  const own = format && !isSupportedFormat(type, format) ? [format] : [];
  return [...own, ...[...childrenOf(schema)].flatMap(([, child]) => formatsIn(child))];
}
