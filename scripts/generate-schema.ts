/**
 * Writes the type tables of all built-in kinds from the models of `@kubernetes/client-node`:
 * `shared/schema/kubernetes.generated.json` (names, types, optionality) and, apart from it because only OpenAPI
 * documents need them, `shared/schema/descriptions.generated.json`.
 *
 * Run: `node scripts/generate-schema.ts`; the files are committed and a test holds them to this script.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  anyCode,
  type EncodedField,
  encodeType,
  listFields,
  type ScalarLetter,
  type TypeTables,
} from '../shared/schema/encoding.ts';
import { parseModelName } from '../shared/schema/names.ts';
import { assignGroups } from './schema-groups.ts';

const packageDirectory = new URL('../node_modules/@kubernetes/client-node/dist/gen/', import.meta.url);
const outputDirectory = new URL('../shared/schema/', import.meta.url);

interface Attribute {
  name: string;
  baseName: string;
  type: string;
  format: string;
}

/** A type's description and those of its fields, by the names of the model class. */
interface Declaration {
  description: string;
  fields: Map<string, { optional: boolean; description: string }>;
}

export interface GeneratedSchema {
  tables: TypeTables;
  /** By model; the empty key describes the type itself. */
  descriptions: Record<string, Record<string, string>>;
}

export async function generateSchema(): Promise<GeneratedSchema> {
  const attributes = await readAttributes();
  const models = [...attributes.keys()];
  const groups = assignGroups(models, readApiImports(), readModelImports(models));
  const types: Record<string, string> = {};
  const descriptions: GeneratedSchema['descriptions'] = {};
  for (const [model, list] of attributes) {
    const declaration = readDeclaration(readFileSync(new URL(`models/${model}.d.ts`, packageDirectory), 'utf8'));
    const fields = list.map((attribute) => encodeAttribute(attribute, declaration));
    descriptions[model] = describe(list, declaration);
    if (!isPlainList(model, fields, attributes)) types[model] = encodeType({ group: groups.get(model)!, fields });
  }
  return { tables: { release: readRelease(), types }, descriptions };
}

async function readAttributes(): Promise<Map<string, Attribute[]>> {
  const exported: Record<string, { attributeTypeMap?: Attribute[] }> = await import(
    new URL('models/all.js', packageDirectory).href
  );
  const named = Object.entries(exported).sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(named.flatMap(([name, model]) => (model.attributeTypeMap ? [[name, model.attributeTypeMap]] : [])));
}

/** The models that each API class takes or returns, by the class's name: `AppsV1Api`. */
function readApiImports(): Map<string, string[]> {
  const files = readdirSync(new URL('apis/', packageDirectory)).filter((file) => file.endsWith('Api.d.ts'));
  return new Map(files.map((file) => [file.slice(0, -'.d.ts'.length), importsOf(`apis/${file}`)]));
}

function readModelImports(models: string[]): Map<string, string[]> {
  return new Map(models.map((model) => [model, importsOf(`models/${model}.d.ts`)]));
}

function importsOf(path: string): string[] {
  const text = readFileSync(new URL(path, packageDirectory), 'utf8');
  return [...text.matchAll(/from '\.\.\/models\/(\w+)\.js'/g)].map((match) => match[1]!);
}

function readRelease(): string {
  const text = readFileSync(new URL('models/V1Pod.js', packageDirectory), 'utf8');
  return /OpenAPI spec version: release-([\d.]+)/.exec(text)![1]!;
}

function readDeclaration(text: string): Declaration {
  const ofType = /\/\*\*\n\* ([^\n]*)\n\*\/\nexport declare class/.exec(text);
  const fields: Declaration['fields'] = new Map();
  for (const match of text.matchAll(/(?: {4}\/\*\*\n {4}\* ([^\n]*)\n {4}\*\/\n)? {4}'([^'\n]+)'(\?)?: /g)) {
    fields.set(match[2]!, { optional: match[3] === '?', description: readable(match[1] ?? '') });
  }
  return { description: readable(ofType?.[1] ?? ''), fields };
}

function readable(text: string): string {
  return text
    .replaceAll(/\\(['"\\])/g, '$1')
    .replaceAll('*_/', '*/')
    .trim();
}

function describe(attributes: Attribute[], declaration: Declaration): Record<string, string> {
  const described: Record<string, string> = declaration.description ? { '': declaration.description } : {};
  for (const { name, baseName } of attributes) {
    const text = declaration.fields.get(name)?.description;
    if (text) described[baseName] = text;
  }
  return described;
}

function encodeAttribute({ name, baseName, type, format }: Attribute, declaration: Declaration): EncodedField {
  const declared = declaration.fields.get(name);
  if (!declared) throw new Error(`no declaration of field ${name}`);
  return { name: baseName, required: !declared.optional, type: encodeTypeName(type, format) };
}

function encodeTypeName(type: string, format: string): string {
  const list = /^Array<(.*)>$/.exec(type);
  if (list) return `[${encodeTypeName(list[1]!, format)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map) return `{${encodeTypeName(map[1]!, format)}`;
  if (/V\d/.test(type) && /^[A-Z]\w+$/.test(type) && type !== 'V1MicroTime') return type;
  return scalarLetter(type, format);
}

function scalarLetter(type: string, format: string): ScalarLetter | typeof anyCode {
  switch (`${type} ${format}`.trim()) {
    case 'string':
      return 's';
    case 'string byte':
      return 'y';
    case 'boolean':
      return 'b';
    case 'number int32':
      return 'i';
    case 'number int64':
      return 'l';
    case 'number double':
      return 'd';
    case 'Date date-time':
      return 't';
    case 'V1MicroTime date-time-micro':
      return 'm';
    case 'IntOrString int-or-string':
      return 'x';
    case 'any':
      return anyCode;
    default:
      throw new Error(`unknown type ${type} with format "${format}"`);
  }
}

/** True for `V1PodList` and its like, whose table the registry derives. */
function isPlainList(model: string, fields: EncodedField[], models: Map<string, unknown>): boolean {
  const item = model.slice(0, -'List'.length);
  if (!parseModelName(model).name.endsWith('List') || !models.has(item)) return false;
  return JSON.stringify(fields) === JSON.stringify(listFields(item));
}

/** One line a type: small enough to review, stable under regeneration. */
export function serialize(value: Record<string, unknown>): string {
  return `${JSON.stringify(value, null, 1)}\n`;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const { tables, descriptions } = await generateSchema();
  writeFileSync(new URL('kubernetes.generated.json', outputDirectory), serialize({ ...tables }));
  writeFileSync(new URL('descriptions.generated.json', outputDirectory), serialize(descriptions));
  process.stdout.write(`${Object.keys(tables.types).length} types written to ${fileURLToPath(outputDirectory)}\n`);
}
