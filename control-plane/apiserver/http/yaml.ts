/** The YAML library is a fifth of the Worker's code and few requests need it: it is loaded when the first one does. */
async function loadYaml() {
  return import('yaml');
}

/** YAML text in the form that Kubernetes writes: keys sorted, two spaces, no folding. */
export async function toYaml(value: unknown): Promise<string> {
  return (await yamlWriter())(value);
}

/** The same for many values. */
export async function yamlWriter(): Promise<(value: unknown) => string> {
  const { stringify } = await loadYaml();
  const options = { sortMapEntries: true, lineWidth: 0, version: '1.1', aliasDuplicateObjects: false } as const;
  return (value) => stringify(value, options);
}

/**
 * Parses one YAML 1.1 document, as Kubernetes reads it (`y` and `on` are booleans).
 * Throws an Error with the parser's own message; aliases are bounded, so a small text cannot expand without limit.
 */
export async function fromYaml(text: string): Promise<unknown> {
  const { parse } = await loadYaml();
  return parse(text, { version: '1.1', schema: 'yaml-1.1', maxAliasCount: 100, merge: true, prettyErrors: false });
}
