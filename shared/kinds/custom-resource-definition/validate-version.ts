import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, required, tooMany } from '../../api/field-errors.ts';
import { isPrintable } from '../../api/go-format.ts';
import { unsupportedPart } from '../../schema/structural/check-structural.ts';
import { FieldPathError, parseFieldPath } from '../../schema/structural/field-path.ts';
import type { JsonSchema } from '../../schema/structural/json-schema.ts';
import type { CustomResourceSubresources, CustomResourceVersion, PrinterColumn, SelectableField } from './types.ts';

/** What a version says besides its schema. `path` is where, as errors name it. */

const columnTypes: readonly string[] = ['boolean', 'date', 'integer', 'number', 'string'];
const columnFormats: readonly string[] = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password'];
const maximumSelectableFields = 8;
const maximumWarningLength = 256;

export function validateDeprecation(
  { deprecated, deprecationWarning: warning }: CustomResourceVersion,
  path: string,
): FieldError[] {
  if (warning === undefined) return [];
  const place = `${path}.deprecationWarning`;
  const say = (problem: string) => invalidValue(place, warning, problem);
  if (!deprecated) return [say('can only be set for deprecated versions')];
  const errors: FieldError[] = [];
  if (warning.length > maximumWarningLength) errors.push(say('must be <= 256 characters long'));
  if (warning === '') errors.push(say('must not be an empty string'));
  let index = 0;
  for (const character of warning) {
    if (!isPrintable(character)) {
      const why = `must only contain printable UTF-8 characters; non-printable character found at index ${index}`;
      return [...errors, say(why)];
    }
    index += character.length;
  }
  return errors;
}

export function validateColumns(columns: readonly PrinterColumn[], path: string): FieldError[] {
  return columns.flatMap((column, index) => validateColumn(column, `${path}[${index}]`));
}

function validateColumn({ name, type, format, jsonPath }: PrinterColumn, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (!name) errors.push(required(`${path}.name`));
  const types = `must be one of ${columnTypes.join()}`;
  if (!type) errors.push(required(`${path}.type`, types));
  else if (!columnTypes.includes(type)) errors.push(invalidValue(`${path}.type`, type, types));
  if (format && !columnFormats.includes(format)) {
    errors.push(invalidValue(`${path}.format`, format, `must be one of ${columnFormats.join()}`));
  }
  return [...errors, ...(jsonPath ? simplePath(jsonPath, `${path}.JSONPath`) : [required(`${path}.JSONPath`)])];
}

export function validateSubresources(subresources: CustomResourceSubresources | undefined, path: string): FieldError[] {
  const scale = subresources?.scale;
  if (!scale) return [];
  const { specReplicasPath, statusReplicasPath, labelSelectorPath } = scale;
  return [
    ...pathBelow(specReplicasPath, `${path}.scale.specReplicasPath`, ['.spec']),
    ...pathBelow(statusReplicasPath, `${path}.scale.statusReplicasPath`, ['.status']),
    ...(labelSelectorPath ? pathBelow(labelSelectorPath, `${path}.scale.labelSelectorPath`, ['.spec', '.status']) : []),
  ];
}

function pathBelow(text: string | undefined, path: string, roots: readonly string[]): FieldError[] {
  if (!text) return [required(path)];
  const errors = simplePath(text, path);
  if (errors.length > 0 || roots.some((root) => text.startsWith(`${root}.`))) return errors;
  const where = roots.length > 1 ? `either ${roots.join(' or ')}` : roots[0];
  return [invalidValue(path, text, `should be a json path under ${where}`)];
}

function simplePath(text: string, path: string): FieldError[] {
  return text.startsWith('.') ? [] : [invalidValue(path, text, 'must be a simple json path starting with .')];
}

/** @param schema of the version that the fields are of */
export function validateSelectableFields(
  fields: readonly SelectableField[],
  schema: JsonSchema | undefined,
  { path, missingSchema, schemaPath }: { path: string; missingSchema: string; schemaPath: string },
): FieldError[] {
  if (fields.length === 0) return [];
  if (!schema) return [invalidValue(path, '', missingSchema)];
  const unsupported = unsupportedPart(schema);
  if (unsupported) return [invalidValue(schemaPath, '', unsupported)];
  const errors: FieldError[] = [];
  const known = new Set<string>();
  for (const [index, { jsonPath }] of fields.entries()) {
    const place = `${path}[${index}].jsonPath`;
    if (!jsonPath) errors.push(required(place));
    else errors.push(...validateSelectableField(jsonPath, schema, place, known));
  }
  if (known.size > maximumSelectableFields) errors.push(tooMany(path, known.size, maximumSelectableFields));
  return errors;
}

const selectableTypes: readonly (string | undefined)[] = ['string', 'boolean', 'integer'];

function validateSelectableField(text: string, schema: JsonSchema, path: string, known: Set<string>): FieldError[] {
  try {
    const found = parseFieldPath(text, schema, { allowBrackets: false });
    const errors: FieldError[] = [];
    if (found.root === 'metadata') errors.push(invalidValue(path, text, 'must not point to fields in metadata'));
    if (!selectableTypes.includes(found.schema?.type)) {
      const why =
        'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
      errors.push(invalidValue(path, text, why));
    }
    if (known.has(found.text)) errors.push(duplicate(path, text));
    known.add(found.text);
    return errors;
  } catch (error) {
    if (!(error instanceof FieldPathError)) throw error;
    return [invalidValue(path, text, `is an invalid path: ${error.message}`)];
  }
}
