import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StatusError } from '../errors.ts';
import { labelSelectorFromObject, labelSelectorFromSet, parseFieldSelector, parseLabelSelector } from '../selectors.ts';

describe('label selectors', () => {
  it.each([
    ['a=b', { a: 'b' }, true],
    ['a==b', { a: 'c' }, false],
    ['a!=b', {}, true],
    ['a!=b', { a: 'b' }, false],
    ['a', { a: '' }, true],
    ['!a', { a: '' }, false],
    ['a in (b, c)', { a: 'c' }, true],
    ['a notin (b,c)', { a: 'c' }, false],
    ['a notin (b,c)', {}, true],
    ['a in ()', { a: '' }, true],
    ['a in (,b)', { a: '' }, true],
    ['a=', { a: '' }, true],
    ['a>5', { a: '10' }, true],
    ['a<5', { a: '10' }, false],
    ['a>5', { a: 'x' }, false],
    ['in in (in,notin)', { in: 'notin' }, true],
    ['x=y, example.com/a = b ', { x: 'y', 'example.com/a': 'b' }, true],
    ['toString', {}, false],
    ['', { any: 'thing' }, true],
  ])('%s of %j is %s', (selector, labels, expected) => {
    expect(parseLabelSelector(selector).matches(labels as Record<string, string>)).toBe(expected);
  });

  it.each([
    ['==', "found '==', expected: !, identifier, or 'end of string'"],
    ['a b', "unable to parse requirement: found 'b', expected: in, notin, =, ==, !=, gt, lt"],
    ['a,', "found '', expected: identifier after ','"],
    ['a=b c', "found 'c', expected: ',' or 'end of string'"],
    ['!', "unable to parse requirement: found '', expected: identifier"],
    ['a in b', "unable to parse requirement: found 'b' expected: '('"],
    ['a in (b c)', "unable to parse requirement: found 'c', expected: ',' or ')'"],
    ['a in (b', "unable to parse requirement: found '', expected: ',' or ')'"],
    ['a==(', "unable to parse requirement: found '(', expected: identifier"],
    [
      '-a=b',
      "unable to parse requirement: <nil>: Invalid value: \"-a\": name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ],
    [
      'a=-b',
      "unable to parse requirement: values[0][a]: Invalid value: \"-b\": a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')",
    ],
  ])('refuses %j', (selector, message) => {
    expect(() => parseLabelSelector(selector)).toThrow(message);
  });

  it('prints what it parses to the same selector, sorted by key', () => {
    const name = fc.constantFrom('a', 'b', 'in', 'example.com/c');
    const value = fc.constantFrom('', 'v', 'notin', '1');
    const values = fc.array(value, { minLength: 1, maxLength: 3 }).map((list) => `(${list.join(', ')})`);
    const requirement = fc.oneof(
      name,
      name.map((key) => `!${key}`),
      fc.tuple(name, fc.constantFrom('=', '==', '!='), value).map((parts) => parts.join(' ')),
      fc.tuple(name, fc.constantFrom('in', 'notin'), values).map((parts) => parts.join(' ')),
    );
    fc.assert(
      fc.property(fc.array(requirement, { maxLength: 4 }), (list) => {
        const selector = parseLabelSelector(list.join(','));
        expect(parseLabelSelector(selector.toString()).requirements).toEqual(selector.requirements);
        expect(selector.requirements).toHaveLength(list.length);
      }),
    );
  });

  it('answers any text with a selector or a BadRequest', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '=', '!', '(', ')', ',', ' ', 'in', '<', '\\', 'é') });
    fc.assert(
      fc.property(text, (selector) => {
        for (const parse of [parseLabelSelector, parseFieldSelector]) {
          try {
            parse(selector);
          } catch (error) {
            expect(error).toBeInstanceOf(StatusError);
          }
        }
      }),
    );
  });

  it('comes from sets and from objects', () => {
    expect(labelSelectorFromSet({ b: '2', a: '1' }).toString()).toBe('a=1,b=2');
    const selector = labelSelectorFromObject({
      matchLabels: { z: '1' },
      matchExpressions: [
        { key: 'a', operator: 'In', values: ['y', 'x'] },
        { key: 'b', operator: 'DoesNotExist' },
      ],
    });
    expect(selector.toString()).toBe('a in (x,y),!b,z=1');
    expect(selector.exactValue('z')).toBe('1');
    expect(selector.exactValue('a')).toBeUndefined();
    expect(() => labelSelectorFromObject({ matchExpressions: [{ key: 'a', operator: 'Is' }] })).toThrow(
      '"Is" is not a valid label selector operator',
    );
  });

  it('has a bounded size', () => {
    expect(() => parseLabelSelector('a,'.repeat(10_000))).toThrow('no more than 16384 characters');
  });
});

describe('field selectors', () => {
  const pod: Record<string, string> = { 'spec.nodeName': 'n1', 'metadata.name': 'a,b=c\\' };
  const fieldValue = (field: string) => pod[field] ?? '';

  it.each([
    ['spec.nodeName=n1', true],
    ['spec.nodeName==n1', true],
    ['spec.nodeName!=n1', false],
    ['status.phase=', true],
    ['metadata.name=a\\,b\\=c\\\\,spec.nodeName=n1', true],
    ['', true],
  ])('%s is %s', (text, expected) => {
    const selector = parseFieldSelector(text);
    expect(selector.matches(fieldValue)).toBe(expected);
    expect(parseFieldSelector(selector.toString()).requirements).toEqual(selector.requirements);
  });

  it.each([
    ['bad', "invalid selector: 'bad'; can't understand 'bad'"],
    ['a=b=c', 'invalid field selector: unescaped character in value: 61'],
    ['a=\\x', 'invalid field selector: invalid escape sequence: \\x'],
  ])('refuses %j', (text, message) => {
    expect(() => parseFieldSelector(text)).toThrow(message);
  });

  it('refuses fields that a kind does not offer', () => {
    const selector = parseFieldSelector('spec.nope=1');
    expect(() => selector.requireSupported(['spec.nodeName'])).toThrow('field label not supported: spec.nope');
    expect(() => selector.requireSupported([])).toThrow(
      '"spec.nope" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    parseFieldSelector('metadata.name=a').requireSupported([]);
  });
});
