import { describe, expect, it } from 'vitest';
import { goQuote } from '../go-format.ts';
import {
  checkConfigMapKey,
  checkDNS1035Label,
  checkDNS1123Label,
  checkDNS1123Subdomain,
  checkEnvVarName,
  checkLabelValue,
  checkPortName,
  checkQualifiedName,
  fieldErrors,
  validateObjectMeta,
  validateObjectMetaUpdate,
} from '../validation.ts';

describe('names', () => {
  it.each([
    [checkDNS1123Label, ['a', '0-9', 'a'.repeat(63)]],
    [checkDNS1123Subdomain, ['a.b-c.1', 'a'.repeat(253)]],
    [checkDNS1035Label, ['a1', 'a-b']],
    [checkQualifiedName, ['a', 'A_b.c', 'example.com/x', 'a'.repeat(63)]],
    [checkLabelValue, ['', 'A.b_c-1']],
    [checkEnvVarName, ['A', 'a b', '1.x']],
    [checkConfigMapKey, ['a', '.bashrc', 'A_b-c.d']],
    [checkPortName, ['http', 'p-1', '8a']],
  ] satisfies [(value: string) => readonly string[], string[]][])('%o accepts', (check, values) => {
    for (const value of values) expect(check(value)).toEqual([]);
  });

  it.each([
    [checkDNS1123Label, 'a.b', 'must not contain dots'],
    [
      checkDNS1123Label,
      'A',
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')",
    ],
    [checkDNS1123Label, 'a'.repeat(64), 'must be no more than 63 characters'],
    [
      checkDNS1123Subdomain,
      'a..b',
      "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ],
    [checkQualifiedName, '/x', 'prefix part must be non-empty'],
    [checkQualifiedName, 'a'.repeat(64), 'name part must be no more than 63 bytes'],
    [checkLabelValue, 'é'.repeat(32), 'must be no more than 63 bytes'],
    [
      checkEnvVarName,
      'a=b',
      "a valid environment variable name must consist only of printable ASCII characters other than '='",
    ],
    [checkConfigMapKey, '..x', "must not start with '..'"],
    [checkPortName, 'a--b', 'must not contain consecutive hyphens'],
    [checkPortName, '80', 'must contain at least one letter (a-z)'],
  ] as const)('%o refuses %s', (check, value, message) => {
    expect(check(value)).toContain(message);
  });
});

describe('field errors', () => {
  it('print values as Go does', () => {
    const messages = [
      fieldErrors.invalidValue('a', 'x"\n\u0001é', 'bad'),
      fieldErrors.invalidValue('a', 5, 'bad'),
      fieldErrors.invalidValue('a', { b: '<' }, 'bad'),
      fieldErrors.invalidValue('a', undefined, 'bad'),
      fieldErrors.notSupported('a', 'x', ['A', 'B']),
      fieldErrors.duplicate('a', 'x'),
      fieldErrors.required('a'),
      fieldErrors.required('a', 'why'),
      fieldErrors.tooLong('a', 63),
      fieldErrors.tooMany('a', 4, 1),
      fieldErrors.immutable('a', false),
    ].map((error) => error.message);
    expect(messages).toEqual([
      'Invalid value: "x\\"\\n\\x01é": bad',
      'Invalid value: 5: bad',
      'Invalid value: {"b":"\\u003c"}: bad',
      'Invalid value: null: bad',
      'Unsupported value: "x": supported values: "A", "B"',
      'Duplicate value: "x"',
      'Required value',
      'Required value: why',
      'Too long: may not be more than 63 bytes',
      'Too many: 4: must have at most 1 item',
      'Invalid value: false: field is immutable',
    ]);
    expect(goQuote('a\u200b\u{10ffff}')).toBe('"a\\u200b\\U0010ffff"');
  });
});

describe('validateObjectMeta', () => {
  const fieldsOf = (...args: Parameters<typeof validateObjectMeta>) =>
    validateObjectMeta(...args).map(({ field, message }) => `${field}: ${message.slice(0, 60)}`);

  it('accepts what Kubernetes accepts', () => {
    const meta = {
      name: 'a.b',
      generateName: 'a.b-',
      namespace: 'default',
      labels: { 'example.com/a': 'B' },
      annotations: { 'Example.com/A': 'anything at all' },
      finalizers: ['example.com/x', 'orphan'],
      ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true }],
      managedFields: [{ manager: 'm', operation: 'Update', fieldsType: 'FieldsV1' }],
    };
    expect(fieldsOf(meta, { namespaced: true })).toEqual([]);
    expect(fieldsOf({ name: 'a:b' }, { namespaced: false, nameFormat: 'path-segment' })).toEqual([]);
  });

  it('finds everything that is wrong', () => {
    const owner = { apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'u', controller: true };
    const meta = {
      namespace: 'A',
      labels: { 'a b': 'c d' },
      annotations: { a: 'x'.repeat(256 * 1024) },
      finalizers: ['x'],
      ownerReferences: [owner, { ...owner, name: 'q' }, { apiVersion: '', kind: '', name: '', uid: '' }],
      managedFields: [{ manager: '\u0000', operation: 'Frob' }],
    };
    expect(fieldsOf(meta, { namespaced: true })).toEqual([
      'metadata.name: Required value: name or generateName is required',
      'metadata.namespace: Invalid value: "A": a lowercase RFC 1123 label must consist ',
      'metadata.labels: Invalid value: "a b": name part must consist of alphanumeric',
      'metadata.labels: Invalid value: "c d": a valid label must be an empty string ',
      'metadata.annotations: Too long: may not be more than 262144 bytes',
      'metadata.ownerReferences.apiVersion: Invalid value: "": version must not be empty',
      'metadata.ownerReferences.kind: Invalid value: "": must not be empty',
      'metadata.ownerReferences.name: Invalid value: "": must not be empty',
      'metadata.ownerReferences.uid: Invalid value: "": must not be empty',
      expect.stringContaining('metadata.ownerReferences: Invalid value: [{"apiVersion":"v1"'),
      'metadata.managedFields[0].operation: Invalid value: "Frob": must be `Apply` or `Update`',
      'metadata.managedFields[0].manager: Invalid value: "\\x00": invalid character U+0000 (at position',
      'metadata.finalizers[0]: Invalid value: "x": name is neither a standard finalizer nam',
    ]);
    expect(fieldsOf({ name: 'a', namespace: 'x' }, { namespaced: false })).toEqual([
      'metadata.namespace: Forbidden: not allowed on this type',
    ]);
  });

  it('guards what an update may not change', () => {
    const old = { name: 'a', namespace: 'n', uid: 'u', resourceVersion: '1', generation: 2, finalizers: ['a.b/c'] };
    expect(validateObjectMetaUpdate(old, old)).toEqual([]);
    const changed = { ...old, name: 'b', uid: 'v', resourceVersion: '', generation: 1, finalizers: ['a.b/d'] };
    expect(
      validateObjectMetaUpdate(changed, { ...old, deletionTimestamp: '2026-01-01T00:00:00Z' }).map(
        ({ field, message }) => `${field}: ${message}`,
      ),
    ).toEqual([
      'metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{"a.b/d"}',
      'metadata.resourceVersion: Invalid value: "": must be specified for an update',
      'metadata.generation: Invalid value: 1: must not be decremented',
      'metadata.name: Invalid value: "b": field is immutable',
      'metadata.uid: Invalid value: "v": field is immutable',
      'metadata.deletionTimestamp: Invalid value: null: field is immutable',
    ]);
  });
});
