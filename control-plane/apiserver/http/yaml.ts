import { plainMeaning } from '../../../shared/yaml/plain-meaning.ts';

/** The YAML library is a fifth of the Worker's code and few requests need it: it is loaded when the first one does. */
async function loadYaml() {
  return import('yaml');
}

/** Nobody reads more of them, and each is part of an answer. */
const maximumDuplicates = 100;

export interface ParsedYaml {
  value: unknown;
  /** `line 9: key "replicas" already set in map`; the last one counts. */
  duplicates: string[];
}

/**
 * Parses one YAML 1.1 document, as Kubernetes reads it (`y` and `on` are booleans).
 * Throws an Error with the parser's own message; aliases are bounded, so a small text cannot expand without limit.
 */
export async function fromYaml(text: string): Promise<ParsedYaml> {
  const { isScalar, LineCounter, parseDocument, visit } = await loadYaml();
  const lineCounter = new LineCounter();
  const options = { version: '1.1', schema: 'yaml-1.1', merge: true, prettyErrors: false, lineCounter } as const;
  // The parser's own search for duplicates compares each key with each other one.
  const document = parseDocument(text, { ...options, uniqueKeys: false });
  if (document.errors.length > 0) throw document.errors[0]!;
  const duplicates: string[] = [];
  visit(document, {
    Scalar(_, scalar) {
      if (scalar.type === 'PLAIN' && scalar.tag === undefined) scalar.value = finiteMeaning(scalar.source ?? '');
      else if (scalar.value instanceof Uint8Array) scalar.value = new TextDecoder().decode(scalar.value);
    },
    Map(_, { items }) {
      const seen = new Set<unknown>();
      for (const { key } of items) {
        if (!isScalar(key)) continue;
        if (seen.has(key.value) && duplicates.length < maximumDuplicates) {
          const { line } = lineCounter.linePos(key.range![0]);
          duplicates.push(`line ${line}: key ${JSON.stringify(key.value)} already set in map`);
        }
        seen.add(key.value);
      }
    },
  });
  return { value: document.toJS({ maxAliasCount: 100 }), duplicates };
}

/** The parser follows YAML 1.1 to the letter, in which `1:30` is a number and `.` none. */
function finiteMeaning(text: string) {
  const value = plainMeaning(text);
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Error(`json: unsupported value: ${Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf'}`);
  }
  return value;
}
