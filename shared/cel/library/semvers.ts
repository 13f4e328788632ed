import { goQuote } from '../../api/go-format.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain, traversal } from '../functions.ts';
import { BOOL, INT, STRING } from '../types.ts';
import { OpaqueValue, type Value } from '../values.ts';

const SEMVER = { kind: 'opaque', name: 'kubernetes.Semver' } as const;

interface Version {
  /** Major, minor and patch. */
  numbers: readonly bigint[];
  prerelease: readonly string[];
}

class SemverValue extends OpaqueValue {
  readonly type = SEMVER;
  readonly version: Version;
  constructor(version: Version) {
    super();
    this.version = version;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof SemverValue && compareVersions(this.version, other.version) === 0;
  }
}

const numberNames = ['major', 'minor', 'patch'];

/** The version, or what is wrong with the text. */
function parse(text: string): Version | string {
  if (text === '') return 'Version string empty';
  const [, core, prerelease, build] = /^([^+-]*)(?:-([^+]*))?(?:\+(.*))?$/s.exec(text)!;
  const parts = core!.split('.');
  if (parts.length !== 3) return 'No Major.Minor.Patch elements found';
  for (const [index, part] of parts.entries()) {
    const problem = checkNumber(part, numberNames[index]!);
    if (problem) return problem;
  }
  const pre = prerelease?.split('.') ?? [];
  for (const part of pre) {
    const problem = checkPrerelease(part);
    if (problem) return problem;
  }
  for (const part of build?.split('.') ?? []) {
    if (part === '') return 'Build meta data is empty';
    if (!/^[0-9A-Za-z-]+$/.test(part)) return `Invalid character(s) found in build meta data ${goQuote(part)}`;
  }
  return { numbers: parts.map(BigInt), prerelease: pre };
}

function checkNumber(part: string, name: string): string | undefined {
  if (!/^\d+$/.test(part) || part.length > 20) return `Invalid character(s) found in ${name} number ${goQuote(part)}`;
  if (part.length > 1 && part.startsWith('0')) {
    return `${name[0]!.toUpperCase()}${name.slice(1)} number must not contain leading zeroes ${goQuote(part)}`;
  }
  return undefined;
}

function checkPrerelease(part: string): string | undefined {
  if (part === '') return 'Prerelease is empty';
  if (!/^[0-9A-Za-z-]+$/.test(part)) return `Invalid character(s) found in prerelease ${goQuote(part)}`;
  if (/^0\d+$/.test(part)) return `Numeric PreRelease version must not contain leading zeroes ${goQuote(part)}`;
  return undefined;
}

/** Accepts `v1.2`, `01.2.3` and the like by making full versions of them. */
function normaliseAndParse(text: string): Version | string {
  const [major, minor, ...rest] = text.replace(/^v/, '').split('.');
  const parts = [major!, ...(minor === undefined ? [] : [minor]), ...(rest.length > 0 ? [rest.join('.')] : [])];
  const stripped = parts.map((part) =>
    part.length > 1 ? part.replace(/^0+(?=\d)/, '').replace(/^0+(?!\d)/, '0') : part,
  );
  if (stripped.length < 3 && /[+-]/.test(stripped.at(-1)!)) {
    return 'short version cannot contain PreRelease/Build meta data';
  }
  while (stripped.length < 3) stripped.push('0');
  return parse(stripped.join('.'));
}

function compareVersions(a: Version, b: Version): number {
  for (let index = 0; index < 3; index++) {
    const [left, right] = [a.numbers[index]!, b.numbers[index]!];
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.prerelease.length === 0 || b.prerelease.length === 0) {
    return Number(a.prerelease.length === 0) - Number(b.prerelease.length === 0);
  }
  for (let index = 0; index < Math.min(a.prerelease.length, b.prerelease.length); index++) {
    const order = comparePrerelease(a.prerelease[index]!, b.prerelease[index]!);
    if (order !== 0) return order;
  }
  return Math.sign(a.prerelease.length - b.prerelease.length);
}

function comparePrerelease(a: string, b: string): number {
  const [left, right] = [/^\d+$/.test(a), /^\d+$/.test(b)];
  if (left !== right) return left ? -1 : 1;
  if (a === b) return 0;
  return (left ? BigInt(a) < BigInt(b) : a < b) ? -1 : 1;
}

function read(text: Value | undefined, normalise: Value | undefined): Version | string {
  return normalise === true ? normaliseAndParse(text as string) : parse(text as string);
}

function semver([text, normalise]: readonly Value[]): SemverValue {
  const version = read(text, normalise);
  if (typeof version === 'string') throw new CelRuntimeError(version);
  return new SemverValue(version);
}

function isSemver([text, normalise]: readonly Value[]): boolean {
  return typeof read(text, normalise) !== 'string';
}

function order([a, b]: readonly Value[]): number {
  return compareVersions((a as SemverValue).version, (b as SemverValue).version);
}

export const semvers: readonly Overload[] = [
  plain('semver', [STRING], SEMVER, semver, traversal(0)),
  plain('semver', [STRING, BOOL], SEMVER, semver, traversal(0)),
  plain('isSemver', [STRING], BOOL, isSemver, traversal(0)),
  plain('isSemver', [STRING, BOOL], BOOL, isSemver, traversal(0)),
  member('isGreaterThan', [SEMVER, SEMVER], BOOL, (args) => order(args) > 0),
  member('isLessThan', [SEMVER, SEMVER], BOOL, (args) => order(args) < 0),
  member('compareTo', [SEMVER, SEMVER], INT, (args) => BigInt(order(args))),
  ...numberNames.map((name, index) => member(name, [SEMVER], INT, ([a]) => (a as SemverValue).version.numbers[index]!)),
];
