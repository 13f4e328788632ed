import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { auditSettings } from './audit.ts';
import { openAuditLog } from './audit-log.ts';
import { splitLines } from './lines.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-audit-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('an audit log is set aside when it is full, and only so many are kept', () => {
  const path = join(folder, 'logs', 'audit.log');
  const line = (index: number) => `${index}`.repeat(40);
  const write = (...indexes: number[]) => {
    const log = openAuditLog({ path, maxBytes: 100, backups: 2 });
    for (const index of indexes) log.write(line(index));
  };
  write(1, 2);
  write(3, 4, 5, 6, 7);
  const read = (file: string) => readFileSync(file, 'utf8').trim().split('\n');
  expect(read(path)).toEqual([line(7)]);
  expect(read(`${path}.1`)).toEqual([line(5), line(6)]);
  expect(read(`${path}.2`)).toEqual([line(3), line(4)]);
  expect(existsSync(`${path}.3`)).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a policy is read from YAML, and refused by the name of what is wrong', () => {
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Metadata}]\n');
  expect(JSON.parse(auditSettings({ policyFile, console: true }))).toEqual({
    policy: { apiVersion: 'audit.k8s.io/v1', kind: 'Policy', rules: [{ level: 'Metadata' }] },
    console: true,
  });
  writeFileSync(policyFile, 'apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: [{level: Some}]\n');
  expect(() => auditSettings({ policyFile, console: true })).toThrow('audit.policy.rules.0.level');
  expect(() => auditSettings({ policyFile: join(folder, 'none'), console: true })).toThrow('cannot be used');
});

test('lines arrive whole, however they were cut', () => {
  const lines: string[] = [];
  const feed = splitLines((line) => lines.push(line));
  for (const piece of ['a', 'b\nc\n\nd', 'e\n', 'f']) feed(piece);
  expect(lines).toEqual(['ab', 'c', '', 'de']);
});
