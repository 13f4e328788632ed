import { describe, expect, it } from 'vitest';
import { type FieldError, fieldErrorText } from '../../../api/errors.ts';
import type { JsonSchema } from '../json-schema.ts';
import { checkRules } from './check-rules.ts';
import { createRuleValidator } from './run-rules.ts';

const withSpec = (spec: JsonSchema): JsonSchema => ({ type: 'object', properties: { spec } });
const integer: JsonSchema = { type: 'integer' };
const text: JsonSchema = { type: 'string' };

function object(
  properties: Record<string, JsonSchema>,
  ...rules: { rule: string; [field: string]: unknown }[]
): JsonSchema {
  return { type: 'object', properties, 'x-kubernetes-validations': rules };
}

const show = (errors: readonly FieldError[]) =>
  errors.map((error) => `${fieldErrorText(error)}${error.forgiven ? ' (forgiven)' : ''}`);

/** What the rules of a spec say of it, and of the change from another one. */
function findings(spec: JsonSchema, value: unknown, old?: unknown): string[] {
  const before = old === undefined ? {} : { old: { spec: old } };
  return show(createRuleValidator(withSpec(spec), true)!.validate({ spec: value }, before));
}

/** What is wrong with the rules of a spec. */
const complaints = (spec: JsonSchema) => show(checkRules(withSpec(spec), 'schema'));

const rulePath = 'schema.properties[spec].x-kubernetes-validations[0]';

describe('rules about values', () => {
  const limited = object(
    { replicas: integer, minReplicas: integer },
    { rule: 'self.minReplicas <= self.replicas', message: 'too few' },
  );

  it('hold or are told, in the words that they are given', () => {
    expect(findings(limited, { replicas: 2, minReplicas: 1 })).toEqual([]);
    expect(findings(limited, { replicas: 1, minReplicas: 2 })).toEqual(['spec: Invalid value: too few']);
    const bare = object({ a: integer }, { rule: 'self.a > 0' });
    expect(findings(bare, { a: 0 })).toEqual(['spec: Invalid value: failed rule: self.a > 0']);
    const field = { ...integer, 'x-kubernetes-validations': [{ rule: 'self > 0' }] };
    expect(findings(field, 0)).toEqual(['spec: Invalid value: 0: failed rule: self > 0']);
  });

  it('may say where and why, and make up their message', () => {
    const rule = {
      rule: 'self.a > 0',
      messageExpression: '"a is " + string(self.a)',
      fieldPath: '.a',
      reason: 'FieldValueForbidden',
    };
    expect(findings(object({ a: integer }, rule), { a: -1 })).toEqual(['spec.a: Forbidden: a is -1']);
    const broken = { ...rule, messageExpression: 'string(1 / (self.a + 1))', message: 'no' };
    expect(findings(object({ a: integer }, broken), { a: -1 })).toEqual(['spec.a: Forbidden: no']);
  });

  it('are asked of everything in lists and maps', () => {
    const item = { ...text, 'x-kubernetes-validations': [{ rule: 'self.startsWith("a")' }] };
    expect(findings({ type: 'array', items: item }, ['a', 'b'])).toEqual([
      'spec[1]: Invalid value: "b": failed rule: self.startsWith("a")',
    ]);
    expect(findings({ type: 'object', additionalProperties: item }, { x: 'c' })).toEqual([
      'spec[x]: Invalid value: "c": failed rule: self.startsWith("a")',
    ]);
  });

  it('see type and name of the resource at its root', () => {
    const rules = createRuleValidator(object({}, { rule: 'self.metadata.name == "x" && self.kind == "K"' }), true)!;
    expect(rules.validate({ kind: 'K', metadata: { name: 'x', labels: {} } })).toEqual([]);
    expect(show(rules.validate({ kind: 'K', metadata: { name: 'y' } }))).toEqual([
      '<nil>: Invalid value: failed rule: self.metadata.name == "x" && self.kind == "K"',
    ]);
  });

  it('that cannot be evaluated are told, and the others asked', () => {
    const spec = object(
      { a: { type: 'object', additionalProperties: integer } },
      { rule: 'self.a["x"] > 0' },
      { rule: 'false' },
    );
    expect(findings(spec, { a: {} })).toEqual([
      'spec: Invalid value: "object": no such key: x evaluating rule: self.a["x"] > 0',
      'spec: Invalid value: failed rule: false',
    ]);
  });
});

describe('rules about changes', () => {
  const immutable = object({ a: text }, { rule: 'self.a == oldSelf.a', message: 'a may not change' });

  it('are asked only where there was something before', () => {
    expect(findings(immutable, { a: 'x' })).toEqual([]);
    expect(findings(immutable, { a: 'y' }, { a: 'x' })).toEqual(['spec: Invalid value: a may not change']);
  });

  it('may say what they make of a beginning', () => {
    const rule = { rule: 'oldSelf.hasValue() || self.a == "new"', optionalOldSelf: true };
    expect(findings(object({ a: text }, rule), { a: 'x' })).toHaveLength(1);
    expect(findings(object({ a: text }, rule), { a: 'new' })).toEqual([]);
    expect(findings(object({ a: text }, rule), { a: 'x' }, { a: 'y' })).toEqual([]);
  });

  it('tell items with keys apart', () => {
    const list: JsonSchema = {
      type: 'array',
      'x-kubernetes-list-type': 'map',
      'x-kubernetes-list-map-keys': ['name'],
      items: object({ name: text, size: integer }, { rule: 'self.size >= oldSelf.size' }),
    };
    const old = [
      { name: 'a', size: 1 },
      { name: 'b', size: 2 },
    ];
    const next = [
      { name: 'b', size: 1 },
      { name: 'c', size: 0 },
    ];
    expect(findings(list, next, old)).toEqual(['spec[0]: Invalid value: failed rule: self.size >= oldSelf.size']);
  });

  it('are the only ones to refuse what has not changed', () => {
    const spec = object({ a: object({ n: integer }, { rule: 'self.n > 0' }), b: integer });
    const wrong = { a: { n: 0 }, b: 1 };
    expect(findings(spec, wrong)).toHaveLength(1);
    expect(findings(spec, { ...wrong, b: 2 }, wrong)).toEqual([
      'spec.a: Invalid value: failed rule: self.n > 0 (forgiven)',
    ]);
    expect(findings(spec, { a: { n: -1 }, b: 1 }, wrong)).toEqual(['spec.a: Invalid value: failed rule: self.n > 0']);
  });
});

describe('definitions with rules', () => {
  it.each<[string, JsonSchema, RegExp]>([
    [
      'no expression',
      object({}, { rule: 'self.' }),
      /rule: Invalid value: .*compilation failed: ERROR: <input>:1:6: Syntax error/,
    ],
    [
      'an unknown field',
      object({ a: text }, { rule: 'self.b == 1' }),
      /compilation failed: ERROR: <input>:1:5: undefined field 'b'/,
    ],
    ['not a condition', object({ a: text }, { rule: 'self.a' }), /cel expression must evaluate to a bool$/],
    [
      'a message that is no text',
      object({ a: text }, { rule: 'true', messageExpression: '1' }),
      /messageExpression: Invalid value: .*messageExpression must evaluate to a string$/,
    ],
    [
      'oldSelf in a list',
      { type: 'array', maxItems: 2, items: object({ a: integer }, { rule: 'self.a == oldSelf.a' }) },
      /oldSelf cannot be used on the uncorrelatable portion of the schema within schema\.properties\[spec\]$/,
    ],
    [
      'optionalOldSelf without oldSelf',
      object({ a: integer }, { rule: 'self.a > 0', optionalOldSelf: true }),
      /optionalOldSelf: Invalid value: true: may not be set if oldSelf is not used in rule$/,
    ],
    [
      'what costs too much',
      object(
        { a: { type: 'array', items: { type: 'array', items: text } } },
        { rule: 'self.a.all(x, x.all(y, y.contains("z")))' },
      ),
      /^schema\.properties\[spec\]\.x-kubernetes-validations\[0\]\.rule: Forbidden: estimated rule cost exceeds budget by factor of more than 100x \(try simplifying the rule/,
    ],
  ])('are refused: %s', (_what, spec, expected) => {
    expect(complaints(spec)[0]).toMatch(expected);
  });

  it('are accepted where sizes are bounded', () => {
    const item = { ...text, maxLength: 10 };
    const a: JsonSchema = { type: 'array', maxItems: 10, items: { type: 'array', maxItems: 10, items: item } };
    expect(complaints(object({ a }, { rule: 'self.a.all(x, x.all(y, y.contains("z")))' }))).toEqual([]);
  });

  it('are judged by what all rules cost together', () => {
    const a: JsonSchema = { type: 'array', maxItems: 2000, items: { ...text, maxLength: 200 } };
    const rule = { rule: 'self.a.all(x, self.a.all(y, x != y + "z"))' };
    const found = complaints(object({ a }, ...Array.from({ length: 3 }, () => rule)));
    expect(found.some((text) => text.startsWith(`${rulePath}.rule: Forbidden: `))).toBe(true);
    expect(found.at(-1)).toMatch(/^schema: Forbidden: x-kubernetes-validations estimated rule cost total for entire/);
  });
});

it('what a hostile object makes of a rule is bounded', () => {
  const spec: JsonSchema = {
    type: 'array',
    items: { ...text, 'x-kubernetes-validations': [{ rule: 'self.matches("^(a+)+$")' }] },
  };
  const started = performance.now();
  const values = Array.from({ length: 2000 }, () => `${'a'.repeat(100)}b`);
  const found = findings(spec, values);
  expect(performance.now() - started).toBeLessThan(10_000);
  expect(found.length).toBeGreaterThan(0);
});

describe('what rules may cost', () => {
  const outOfBudget = 'validation failed due to running out of cost budget, no further validation rules will be run';

  it('is charged for those that fail, too', () => {
    const list: JsonSchema = { type: 'array', items: integer };
    // Each evaluation walks the list and fails at its end: none of them is within reach of the limit of one call.
    const failing = { rule: 'self.items.map(x, x + 1).filter(x, x > 1).size() / 0 == 1' };
    const spec = object({ items: list }, ...Array.from({ length: 60 }, () => failing));
    const errors = findings(spec, { items: Array.from({ length: 20_000 }, (_, index) => index) });
    expect(errors[0]).toBe(`spec: Invalid value: "object": division by zero evaluating rule: ${failing.rule}`);
    expect(errors.at(-1)).toBe(`spec: Invalid value: "object": ${outOfBudget}`);
    expect(errors.length).toBeLessThan(60);
  });

  it('bounds a match that learns something new at every character', () => {
    const rule = { rule: "self.text.matches('(a|b)*a(a|b){900}c')" };
    const spec = object({ text }, rule, rule);
    let seed = 1;
    const next = () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return 'ab'[seed >>> 31]!;
    };
    expect(findings(spec, { text: Array.from({ length: 100_000 }, next).join('') })).toEqual([
      `spec: Invalid value: "object": 'operation cancelled: actual cost limit exceeded': no further validation rules will be run due to call cost exceeds limit for rule: ${rule.rule}`,
    ]);
  });
});
