import { describe, expect, test } from 'vitest';
import {
  AUTHORIZER,
  authorizerValue,
  CelRuntimeError,
  compileExpression,
  createEnvironment,
  evaluate,
  toJson,
} from './cel.ts';

const environment = createEnvironment({ variables: { authorizer: AUTHORIZER }, jsonPatch: true });
const variables = {
  authorizer: authorizerValue(({ resource, namespace, verb, serviceAccount }) => ({
    allowed: verb === 'get' && namespace === 'ns',
    reason: `${serviceAccount?.name ?? 'user'} ${resource}`,
  })),
};

function run(text: string) {
  return evaluate(compileExpression(text, environment), variables).value;
}

describe("Kubernetes' libraries", () => {
  test.each([
    "'hello'.charAt(1) == 'e' && 'hello'.indexOf('l') == 2 && 'hello'.lastIndexOf('l') == 3",
    "'hello'.indexOf('') == 0 && 'hello'.substring(1, 3) == 'el' && '😀ab'.substring(1) == 'ab' && '😀ab'.indexOf('b') == 2",
    "'Ab'.lowerAscii() == 'ab' && 'äb'.upperAscii() == 'äB' && ' a '.trim() == 'a'",
    "'aaa'.replace('a', 'b') == 'bbb' && 'aaa'.replace('a', 'b', 2) == 'bba' && 'ab'.replace('', '_') == '_a_b_'",
    "'a,b,c'.split(',') == ['a', 'b', 'c'] && 'a,b,c'.split(',', 2) == ['a', 'b,c'] && ['a', 'b'].join('-') == 'a-b'",
    "'%s is %d, %.2f, %x, %b, %e'.format(['a', 2, 1.0 / 3.0, 255, 5, 1234.5]) == 'a is 2, 0.33, ff, 101, 1.234500×10⁰³' && '%.1f'.format([-1234567.0]) == '-1,234,567.0'",
    "'%s'.format([['a', 1, null]]) == '[\"a\", 1, null]' && '100%%'.format([]) == '100%'",
    'strings.quote(\'a"b\') == \'"a\\\\"b"\'',
    "'abc123'.matches('[0-9]+$') && matches('a', 'a') && 'abc 123'.find('[0-9]+') == '123'",
    "'1 2 3'.findAll('[0-9]') == ['1', '2', '3'] && '1 2 3'.findAll('[0-9]', 2) == ['1', '2']",
    "[1, 2].isSorted() && [1, 3].sum() == 4 && [1, 3].min() == 1 && ['a', 'b'].max() == 'b' && [1, 2].indexOf(2) == 1",
    "[duration('1m'), duration('1s')].sum() == duration('61s')",
    "url('https://user@example.com:80/a%20b?x=1&x=2').getHost() == 'example.com:80'",
    "url('https://example.com:80/a%20b').getEscapedPath() == '/a%20b' && url('https://[::1]:80/').getHostname() == '::1'",
    "url('https://e.com/?a=1&a=2').getQuery()['a'] == ['1', '2'] && isURL('/path') && !isURL('../x') && !isURL(':bad')",
    "quantity('1.5Gi').isGreaterThan(quantity('1Gi')) && quantity('200k').asInteger() == 200000 && isQuantity('1m')",
    "quantity('50k').add(quantity('20k')).sub(20000) == quantity('50k') && quantity('-1').sign() == -1 && !isQuantity('a')",
    "quantity('1').compareTo(quantity('2')) == -1 && !quantity('50m').isInteger() && quantity('500m').asApproximateFloat() == 0.5",
    "ip('127.0.0.1').family() == 4 && ip('::1').isLoopback() && isIP('1.2.3.4') && !isIP('1.2.3.04') && !isIP('::ffff:1.2.3.4')",
    "ip.isCanonical('2001:db8::abcd') && !ip.isCanonical('2001:DB8::ABCD') && string(ip('::1')) == '::1'",
    "ip('fe80::1').isLinkLocalUnicast() && ip('10.0.0.1').isGlobalUnicast() && ip('0.0.0.0').isUnspecified()",
    "cidr('192.168.0.0/16').containsIP('192.168.1.1') && !cidr('192.168.0.0/16').containsIP(ip('10.0.0.1'))",
    "cidr('192.168.0.0/16').containsCIDR('192.168.10.0/24') && cidr('192.168.1.5/24').masked() == cidr('192.168.1.0/24')",
    "cidr('::1/128').prefixLength() == 128 && isCIDR('10.0.0.0/8') && !isCIDR('10.0.0.0/33') && cidr('10.0.0.0/8').ip() == ip('10.0.0.0')",
    "semver('1.2.3').isLessThan(semver('1.10.0')) && semver('1.0.0-alpha') != semver('1.0.0') && isSemver('1.0.0')",
    "!isSemver('v1.0') && isSemver('v1.0', true) && semver('v01.01', true).major() == 1 && semver('1.2.3').patch() == 3",
    "semver('1.0.0-alpha.1').compareTo(semver('1.0.0-alpha.beta')) == -1",
    "!format.dns1123Label().validate('my-label').hasValue() && format.named('uuid').hasValue() && !format.named('x').hasValue()",
    "format.dns1123Label().validate('My').value().size() == 1 && !format.date().validate('2026-02-28').hasValue()",
    "format.date().validate('2026-02-30').value() == ['invalid date'] && !format.uri().validate('https://a/b').hasValue()",
    "jsonpatch.escapeKey('a/b~c') == 'a~1b~0c'",
    "authorizer.group('').resource('pods').namespace('ns').check('get').allowed()",
    "!authorizer.group('').resource('pods').namespace('other').check('get').allowed()",
    "authorizer.serviceAccount('ns', 'builder').group('').resource('pods').check('get').reason() == 'builder pods'",
    "!authorizer.path('/healthz').check('get').errored()",
  ])('%s', (text) => {
    expect(run(text)).toBe(true);
  });

  test.each([
    ["'a'.charAt(3)", 'index out of range: 3'],
    ["'abc'.substring(2, 1)", 'invalid substring range. start: 2, end: 1'],
    ["'a'.find('(')", 'error parsing regexp: missing closing ): `(`'],
    ["url('../x')", 'URL parse error during conversion from string: parse "../x": invalid URI for request'],
    ["quantity('x')", "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"],
    ["quantity('500m').asInteger()", 'cannot convert value to integer'],
    ["ip('::ffff:1.2.3.4')", 'IPv4-mapped IPv6 address "::ffff:1.2.3.4" is not allowed'],
    ["semver('1.0')", 'No Major.Minor.Patch elements found'],
    ["authorizer.path(' ')", 'path must not be empty'],
    ["authorizer.serviceAccount('x', 'A')", 'Invalid service account name'],
    ['[1].slice(0, 2)', 'cannot slice(0, 2), list is length 1'],
  ])('%s fails: %s', (text, message) => {
    expect(() => run(text)).toThrow(new CelRuntimeError(message));
  });

  test('values have a JSON form', () => {
    expect(
      toJson(run("{'a': dyn([dyn(1), dyn(1.5), dyn(true), dyn(null)]), 'b': dyn(duration('90s')), 'c': dyn(b'hi')}")),
    ).toEqual({
      a: [1, 1.5, true, null],
      b: '90s',
      c: 'aGk=',
    });
  });
});
