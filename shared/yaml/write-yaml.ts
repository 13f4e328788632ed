import { byteLength } from '../api/go-format.ts';
import type { Json } from '../api/json.ts';
import { compareKeys } from './key-order.ts';
import { hasBreak, scalarText } from './scalars.ts';

/**
 * YAML of a JSON value, as Kubernetes writes it to the byte: keys in its order, texts quoted where YAML 1.1 would read
 * something else, lists at the indentation of the key that they belong to, texts of several lines as literal blocks,
 * long ones folded at 80 columns. Ends with a newline.
 *
 * JSON is a small part of what YAML can say, which is why this is many times faster than a general YAML library.
 */
export function writeYaml(value: Json): string {
  return `${inlineNode(value, 0, 0)}\n`;
}

const step = 2;
/** Bytes of the longest key that is written in front of a colon; longer ones begin with a question mark. */
const longestSimpleKey = 128;

/** A node that begins on the current line at `column`: a document, or what follows `- `, `? ` and `: `. */
function inlineNode(value: Json, column: number, indent: number): string {
  if (isFilledList(value)) return list(value, column);
  if (isFilledMap(value)) return map(value, column);
  return scalarText(value, { column, indent });
}

function map(object: Readonly<Record<string, Json>>, indent: number): string {
  const keys = Object.keys(object).sort(compareKeys);
  return keys.map((key) => entry(key, object[key]!, indent)).join(lineAt(indent));
}

function list(items: readonly Json[], indent: number): string {
  return items.map((item) => `- ${inlineNode(item, indent + step, indent + step)}`).join(lineAt(indent));
}

function entry(key: string, value: Json, indent: number): string {
  if (hasBreak(key) || byteLength(key) > longestSimpleKey) {
    const inside = indent + step;
    return `? ${inlineNode(key, inside, inside)}${lineAt(indent)}: ${inlineNode(value, inside, inside)}`;
  }
  const text = `${scalarText(key)}:`;
  if (isFilledList(value)) return text + lineAt(indent) + list(value, indent);
  if (isFilledMap(value)) return text + lineAt(indent + step) + map(value, indent + step);
  return `${text} ${scalarText(value, { column: indent + text.length + 1, indent: indent + step })}`;
}

function isFilledList(value: Json): value is Json[] {
  return Array.isArray(value) && value.length > 0;
}

function isFilledMap(value: Json): value is Record<string, Json> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}

function lineAt(indent: number): string {
  return `\n${' '.repeat(indent)}`;
}
