import { describe, expect, it } from 'vitest';
import { fromYaml } from './yaml.ts';

describe('fromYaml', () => {
  it.each<[string, unknown]>([
    ['a: 010', { a: 8 }],
    ['a: 0o17', { a: 15 }],
    ['a: 1_000', { a: 1000 }],
    ['a: yes', { a: true }],
    ['a: .', { a: '.' }],
    ['a: 22:22', { a: '22:22' }],
    ['a: 2026-01-01', { a: '2026-01-01' }],
    ['a: "1"', { a: '1' }],
    ['a: !!str 1', { a: '1' }],
    ['a: !!binary aGk=', { a: 'hi' }],
    ['a:', { a: null }],
    ['2: b\ntrue: c\n2026-01-01: d', { 2: 'b', true: 'c', '2026-01-01': 'd' }],
    ['a: &x {b: 1}\nc: {<<: *x, d: 2}', { a: { b: 1 }, c: { b: 1, d: 2 } }],
  ])('reads %j as Kubernetes does', async (text, expected) => {
    expect((await fromYaml(text)).value).toEqual(expected);
  });

  it.each(['.nan', '.inf', '-.inf'])('refuses %s, which JSON cannot say', async (text) => {
    await expect(fromYaml(`a: ${text}`)).rejects.toThrow(/^json: unsupported value: (NaN|[+-]Inf)$/);
  });
});
