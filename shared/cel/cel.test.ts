import { describe, expect, test } from 'vitest';
import {
  BOOL,
  CelCompileError,
  CelCostError,
  CelRuntimeError,
  type CelType,
  compileExpression,
  createEnvironment,
  DURATION,
  DYN,
  evaluate,
  fromJson,
  INT,
  listOf,
  mapOf,
  objectType,
  STRING,
  TIMESTAMP,
  toJson,
  type Value,
} from './cel.ts';

const spec = objectType('Spec', {
  replicas: { type: INT },
  names: { type: listOf(STRING) },
  labels: { type: mapOf(STRING, STRING) },
  __namespace__: { type: STRING, jsonName: 'namespace' },
  when: { type: TIMESTAMP },
  wait: { type: DURATION },
  tags: { type: listOf(STRING, { listType: 'set' }) },
});

const json = {
  replicas: 3,
  names: ['b', 'a'],
  labels: { app: 'web' },
  namespace: 'ns',
  when: '2026-01-02T03:04:05Z',
  wait: '1h30m',
  tags: ['x', 'y'],
};

const environment = createEnvironment({ variables: { self: spec, any: DYN, flag: BOOL } });
const variables: Record<string, Value> = { self: fromJson(json, spec), any: fromJson(json), flag: true };

function run(text: string): Value {
  return evaluate(compileExpression(text, environment), variables).value;
}

function failure(text: string): string {
  try {
    run(text);
  } catch (error) {
    if (error instanceof CelRuntimeError) return error.message;
    throw error;
  }
  throw new Error(`${text} did not fail`);
}

function refusal(text: string, more: Record<string, CelType> = {}): string {
  try {
    compileExpression(text, createEnvironment({ variables: { ...environment.variables, ...more } }));
  } catch (error) {
    if (error instanceof CelCompileError) return error.message;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('the language', () => {
  test.each([
    '1 + 2 * 3 == 7 && -7 / 2 == -3 && -7 % 2 == -1',
    '-9223372036854775808 < 0 && 0xFF == 255 && 1.5e3 == 1500.0 && .5 == 0.5',
    "'a' + 'b' == 'ab' && \"\\u00e9\" == 'é' && r'\\n' == '\\\\n' && b'\\xff' == b'\\377'",
    "'''a\nb'''.size() == 3 && size('😀') == 1",
    '[1, 2] + [3] == [1, 2, 3] && 2 in [1, 2] && !(4 in [1, 2])',
    "{'a': 1}['a'] == 1 && {'a': 1}.a == 1 && 'a' in {'a': 1}",
    'dyn(1) == 1.0 && 1 < 1.5 && 1u < 2 && dyn(1u) == 1',
    'true || 1 / 0 > 0',
    '1 / 0 > 0 || true',
    '!(1 / 0 > 0 && false)',
    'flag ? true : 1 / 0 == 1',
    '[1, 2, 3].all(x, x > 0) && [1, 2, 3].exists(x, x == 2) && [1, 2].exists_one(x, x == 2)',
    '[1, 0].exists(x, 1 / x > 0)',
    '[1, 2, 3].map(x, x * 2) == [2, 4, 6] && [1, 2, 3].map(x, x > 1, x * 2) == [4, 6]',
    '[1, 2, 3].filter(x, x > 1) == [2, 3]',
    "{'a': 1, 'b': 2}.all(k, k in ['a', 'b']) && {'a': 1}.exists(k, v, v == 1)",
    "[5, 6].transformList(i, v, i + v) == [5, 7] && {'a': 1}.transformMap(k, v, v + 1) == {'a': 2}",
    "{'a': 'x'}.transformMapEntry(k, v, {v: k}) == {'x': 'a'}",
    '[[1, 2], [3]].all(x, x.all(y, y > 0))',
    "self.replicas == 3 && self.names.size() == 2 && self.labels.app == 'web' && self.__namespace__ == 'ns'",
    "has(self.replicas) && !has(self.labels.none) && any.labels['app'] == 'web'",
    "self.when.getFullYear() == 2026 && self.when.getMonth() == 0 && self.when.getHours('+01:00') == 4",
    "self.when.getHours('America/New_York') == 22",
    "self.wait == duration('90m') && self.wait.getMinutes() == 90 && string(self.wait) == '5400s'",
    "self.when + duration('1s') > self.when && timestamp('2026-01-02T03:04:05.5Z') - self.when == duration('500ms')",
    "int('12') == 12 && double('1.5') == 1.5 && string(1.5) == '1.5' && uint(3) == 3u && bool('true')",
    "type(1) == int && type('a') == string && type(self.when) == google.protobuf.Timestamp && type([1]) == list",
    "self.?labels.?none.orValue('x') == 'x' && self.?labels[?'app'].hasValue() && [?optional.none()] == []",
    "optional.of(1).optMap(x, x + 1).value() == 2 && {?'a': optional.none()} == {}",
    "self.tags == ['y', 'x'] && self.names != ['a', 'b']",
    'null == null && any != null',
    'lists.range(3) == [0, 1, 2] && [3, 1, 2].sort() == [1, 2, 3] && [1, 1].distinct() == [1]',
    "[{'n': 2}, {'n': 1}].sortBy(x, x.n)[0].n == 1 && [1, 2].first().value() == 1 && [1,2].reverse() == [2, 1]",
    '[[1], [2]].flatten() == [1, 2] && [1, 2, 3].slice(1, 2) == [2]',
    'sets.contains([1, 2], [1]) && sets.equivalent([1, 1], [1]) && sets.intersects([1], [1, 2])',
    '.self.replicas == 3 // a comment',
  ])('%s', (text) => {
    expect(run(text)).toBe(true);
  });

  test.each([
    ['any.none', 'no such key: none'],
    ['[1][1] == 1', 'index out of bounds: 1'],
    ['1 / 0', 'division by zero'],
    ['1 % 0', 'modulus by zero'],
    ['9223372036854775807 + 1', 'integer overflow'],
    ['0u - 1u', 'unsigned integer overflow'],
    ['any.replicas + "a"', 'no such overload'],
    ['any && true', 'no such overload'],
    ['int("x")', "type conversion error from 'string' to 'int'"],
    ['optional.none().value()', 'optional.none() dereference'],
    ['any.names.max() == any.replicas.max()', 'no such overload'],
    ['[].min() == 1', 'min called on empty list'],
    ["{'a': 1, 'a': 2}", 'Failed with repeated key: a'],
    ['"%d".format(["a"])', 'error during formatting: decimal clause can only be used on integers, was given string'],
  ])('%s fails: %s', (text, message) => {
    expect(failure(text)).toBe(message);
  });

  test.each([
    ['self.none == 1', "ERROR: <input>:1:5: undefined field 'none'\n | self.none == 1\n | ....^"],
    ['nobody', "ERROR: <input>:1:1: undeclared reference to 'nobody' (in container '')\n | nobody\n | ^"],
    [
      'nothing(1)',
      "ERROR: <input>:1:8: undeclared reference to 'nothing' (in container '')\n | nothing(1)\n | .......^",
    ],
    [
      '1 + "a"',
      "ERROR: <input>:1:3: found no matching overload for '_+_' applied to '(int, string)'\n | 1 + \"a\"\n | ..^",
    ],
    ["'a'.startsWith(1)", "found no matching overload for 'startsWith' applied to 'string.(int)'"],
    ['self.replicas.x', "type 'int' does not support field selection"],
    [
      'self.replicas.all(x, true)',
      "expression of type 'int' cannot be range of a comprehension (must be list, map, or dynamic)",
    ],
    ['[1, "a"]', "expected type 'int' but found 'string'"],
    ['flag ? 1 : "a"', "found no matching overload for '_?_:_' applied to '(bool, int, string)'"],
    ['1 && true', "found no matching overload for '_&&_' applied to '(int, bool)'"],
    ['has(flag)', 'invalid argument to has() macro'],
    ['[1].all(x.y, true)', 'argument must be a simple name'],
    ["duration('x') == duration('1s')", 'invalid duration argument'],
    ["'a'.matches('(')", 'invalid matches argument'],
    ['self.replicas ==', "ERROR: <input>:1:17: Syntax error: mismatched input '<EOF>' expecting"],
    ['self.replicas = 1', "Syntax error: token recognition error at: '= '"],
    ['(1', "Syntax error: missing ')' at '<EOF>'"],
    ['if', 'reserved identifier: if'],
    ["'abc", "Syntax error: token recognition error at: ''abc'"],
    ['1 2', "Syntax error: extraneous input '2' expecting <EOF>"],
    ['Thing{a: 1}', "undeclared reference to 'Thing' (in container '')"],
    ['1 == "a"', "found no matching overload for '_==_' applied to '(int, string)'"],
  ])('%s is refused: %s', (text, message) => {
    expect(refusal(text)).toContain(message);
  });

  test('every mistake is reported with its place', () => {
    expect(refusal('nobody == 1 &&\n  nowhere == 2').split('ERROR')).toHaveLength(3);
    expect(refusal('true &&\n  nowhere == 2')).toBe(
      "ERROR: <input>:2:3: undeclared reference to 'nowhere' (in container '')\n |   nowhere == 2\n | ..^",
    );
  });

  test('result types', () => {
    const typeOf = (text: string) => compileExpression(text, environment).resultType;
    expect(typeOf('self.names.map(n, n + "x")')).toMatchObject({ kind: 'list', element: { kind: 'string' } });
    expect(typeOf('any.x')).toMatchObject({ kind: 'dyn' });
    expect(typeOf('[]')).toMatchObject({ kind: 'list', element: { kind: 'dyn' } });
    expect(typeOf('self.?replicas')).toMatchObject({ kind: 'optional', value: { kind: 'int' } });
    expect([...compileExpression('self.replicas > 1 && flag', environment).uses]).toEqual(['self', 'flag']);
  });

  test('objects that expressions make', () => {
    const inner = objectType('Object.spec', { replicas: { type: INT } });
    const outer = objectType('Object', { spec: { type: inner } });
    const making = createEnvironment({
      variables: {},
      type: (name) => [outer, inner].find((type) => type.name === name),
    });
    const program = compileExpression('Object{spec: Object.spec{replicas: 1 + 2}}', making);
    expect(toJson(evaluate(program, {}).value)).toEqual({ spec: { replicas: 3 } });
    expect(() => compileExpression('Object{spec: Object.spec{none: 1}}', making)).toThrow("undefined field 'none'");
    expect(() => compileExpression('Object{spec: Object.spec{replicas: "a"}}', making)).toThrow(
      "expected type of field 'replicas' is 'int' but provided type is 'string'",
    );
  });

  test('costs are bounded', () => {
    const program = compileExpression('lists.range(1000).all(x, lists.range(1000).all(y, x + y >= 0))', environment);
    expect(() => evaluate(program, variables)).toThrow(CelCostError);
    expect(evaluate(compileExpression('self.replicas > 1', environment), variables).cost).toBe(3);
  });
});
