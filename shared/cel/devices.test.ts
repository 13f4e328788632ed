import { describe, expect, it } from 'vitest';
import { compileExpression, DEVICE, deviceEnvironment, estimateCost } from './cel.ts';

const a = 'device.attributes["dra.example.com"]';
const c = 'device.capacity["dra.example.com"]';
const ten = '[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]';
const nested = (depth: number): string =>
  depth === 0 ? "int('1'.find('[0-9]*')) < 100" : `${ten}.all(z${depth}, ${nested(depth - 1)})`;

const compile = (text: string) => compileExpression(text, deviceEnvironment());

describe('expressions that select devices', () => {
  it.each([
    ['"dra.example.com" in device.attributes', 3],
    ['device.driver == ""', 2],
    ['device.driver == "dra.example.com"', 4],
    [`${a}.name`, 4],
    [`${a}["name"]`, 4],
    [`${a}.name > 0`, 5],
    [`${a}.name == "fish"`, 5],
    [`cel.bind(dra, ${a}, dra.name)`, 15],
    [`${a}.name.isGreaterThan(quantity("0"))`, 6],
    [`${a}.name.isGreaterThan(semver("v0.0.1", true)) && isSemver("v1.0.0", true)`, 7],
    [`${c}.name.isGreaterThan(quantity("1Ki"))`, 6],
    [`"name" in ${c} && ${c}.name.isGreaterThan(quantity("1Ki"))`, 10],
    [`!("name" in ${c}) || ${c}.name.isGreaterThan(quantity("1Ki"))`, 11],
    [`${a}.a && ${a}.b && ${a}.c`, 12],
    ['device.attributes.exists_one(x, x == "dra.example.com")', 164],
    [`${a}.exists_one(x, x == "services")`, 133],
    [`${a}.services.split("example").size() >= 2`, 19],
    [`${a}.services.matches("[^a]?sym")`, 18],
    ['device.capacity.exists_one(x, x == "dra.example.com")', 164],
    [`${c}.exists_one(x, x == "memory")`, 133],
    ['device.allowMultipleAllocations == true', 3],
    [nested(7), 85_555_551],
  ])('%s costs at most %i', (text, cost) => {
    expect(estimateCost(compile(text), DEVICE).max).toBe(cost);
  });

  it.each([
    [`${a}.name.includes("fish")`, "undeclared reference to 'includes'"],
    [`${a}.names.exists(x, x > 0)`, "expression of type 'any' cannot be range of a comprehension"],
    ['device.name == "a"', "undefined field 'name'"],
    ['cel.bind(1, 2, 3)', 'cel.bind() variable names must be simple identifiers'],
    ['request.name == ""', "undeclared reference to 'request'"],
  ])('%s is none: %s', (text, problem) => {
    expect(() => compile(text)).toThrow(problem);
  });

  it('give names to values within an expression, and nowhere else', () => {
    expect(() => compile('cel.bind(x, device.driver, x == "a") || x == "b"')).toThrow("undeclared reference to 'x'");
    expect(compile('cel.bind(x, cel.bind(y, 1, y + 1), x > 1)').resultType.kind).toBe('bool');
  });
});
