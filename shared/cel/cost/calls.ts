import type { Overload } from '../functions.ts';
import type { Expr } from '../syntax/ast.ts';
import type { CelType } from '../types.ts';
import type { Estimator } from './estimate.ts';
import { add, exactly, multiply, type Range, scale } from './range.ts';

/** What a call costs beside its arguments, and how large its result is where that is known. */
export interface CallEstimate {
  cost: Range;
  size?: Range;
}

/** A call as its estimate sees it: sizes of the arguments, the receiver first. */
interface Call {
  estimator: Estimator;
  overload: Overload;
  args: readonly Expr[];
  size(index: number): Range;
}

type Estimate = (call: Call) => CallEstimate | undefined;

const traversal = 0.1;
const instruction = 0.25;

/** Falls back to one unit for what takes no time that depends on its arguments. */
export function estimateCall(estimator: Estimator, overload: Overload, args: readonly Expr[]): CallEstimate {
  const call: Call = { estimator, overload, args, size: (index) => estimator.sizeOrUnknown(args[index]!) };
  const estimate = Object.hasOwn(estimates, overload.name) ? estimates[overload.name] : undefined;
  return estimate?.(call) ?? { cost: exactly(1) };
}

/** Reading an argument `times` over. */
function reading(index: number, times = 1): Estimate {
  return ({ size }) => ({ cost: scale(size(index), times * traversal) });
}

/** Reading an argument; the result is as large. */
function rewriting(index: number): Estimate {
  return ({ size }) => ({ cost: scale(size(index), traversal), size: size(index) });
}

const search: Estimate = ({ size }) => {
  const text = scale(add(size(0), exactly(1)), traversal);
  return { cost: multiply(text, scale(size(1), instruction)), size: { min: 0, max: size(0).max } };
};

/** `a.matches(b)`; written as `matches(a, b)` it is counted as one unit. */
const matches: Estimate = (call) => {
  const found = call.overload.member ? search(call) : undefined;
  return found && { cost: found.cost };
};

const contains: Estimate = ({ size }) => ({
  cost: multiply(scale(size(0), traversal), scale(size(1), traversal)),
});

const plus: Estimate = ({ overload, size }) => {
  const { kind } = overload.params[0]!;
  const whole = () => add(size(0), size(1));
  if (kind === 'list') return { cost: exactly(1), size: whole() };
  return kind === 'string' || kind === 'bytes' ? { cost: scale(whole(), traversal), size: whole() } : undefined;
};

const comparing: Estimate = ({ size }) => {
  const smaller = Math.min(size(0).max, size(1).max);
  return { cost: scale({ min: smaller > 0 ? 1 : 0, max: smaller }, traversal) };
};

const ordering: Estimate = (call) => {
  const { kind } = call.overload.params[0]!;
  return kind === 'string' || kind === 'bytes' ? comparing(call) : undefined;
};

const cheaplyCompared = new Set(['net.IP', 'net.CIDR', 'kubernetes.Quantity', 'kubernetes.Semver']);

const equality: Estimate = (call) => {
  const type = call.estimator.typeOf(call.args[0]!);
  if (type.kind !== 'opaque') return comparing(call);
  if (type.name === 'kubernetes.NamedFormat') return { cost: { min: 1, max: 7 } };
  if (type.name === 'kubernetes.URL') {
    const size = call.estimator.size(call.args[1]!) ?? exactly(1);
    return { cost: scale({ min: 1, max: size.max }, traversal) };
  }
  return cheaplyCompared.has(type.name) || type.name.startsWith('kubernetes.authorization.')
    ? { cost: exactly(1) }
    : comparing(call);
};

const membership: Estimate = ({ overload, size }) =>
  overload.params[1]!.kind === 'list' ? { cost: scale(size(1), 1) } : undefined;

/** Functions that look at every item of a list, or at every character of a text. */
const wholeList: Estimate = ({ estimator, overload, args, size }) => {
  const type = estimator.typeOf(args[0]!);
  if (overload.params[0]!.kind !== 'list' || type.kind !== 'list') return { cost: scale(size(0), traversal) };
  const { kind } = type.element;
  const text = kind === 'string' || kind === 'bytes';
  const item = text ? add(exactly(1), scale(estimator.itemSize(args[0]!), traversal)) : exactly(1);
  return { cost: multiply(size(0), item) };
};

const replacing: Estimate = ({ size }) => {
  const [text, old, by] = [size(0), size(1), size(2)];
  const longest = (() => {
    if (old.min === 0) return { count: text.max + 1, kept: text.max };
    return by.max <= old.min ? { count: 0, kept: text.max } : { count: Math.ceil(text.max / old.min), kept: 0 };
  })();
  const shortest = (() => {
    if (old.max === 0) return { count: text.min + 1, kept: text.min };
    return old.max <= by.min ? { count: 0, kept: text.min } : { count: Math.ceil(text.min / old.max), kept: 0 };
  })();
  const replaced = multiply({ min: shortest.count, max: longest.count }, by);
  return { cost: scale(text, 2 * traversal), size: add(replaced, { min: shortest.kept, max: longest.kept }) };
};

const splitting: Estimate = ({ args, size }) => {
  const limit = args[2]?.op === 'constant' && typeof args[2].value === 'bigint' ? args[2].value : undefined;
  const max = limit === undefined ? size(0).max : limit < 0n ? 2 ** 64 : Number(limit);
  return { cost: scale(size(0), 2 * traversal), size: { min: 0, max } };
};

const joining: Estimate = ({ estimator, args, size }) => {
  const list = size(0);
  const items = multiply(list, estimator.itemSize(args[0]!));
  const separators = { min: Math.max(0, list.min - 1), max: Math.max(0, list.max - 1) };
  const whole = args.length > 1 ? add(items, multiply(size(1), separators)) : items;
  return { cost: scale(whole, traversal), size: whole };
};

const textToBytes: Estimate = ({ overload, size }) => {
  if (overload.params[0]!.kind !== 'string') return undefined;
  const { min, max } = size(0);
  return { cost: scale(size(0), traversal), size: { min, max: max * 4 } };
};

const bytesToText: Estimate = ({ overload, size }) => {
  if (overload.params[0]!.kind !== 'bytes') return undefined;
  const { min, max } = size(0);
  return { cost: scale(size(0), traversal), size: { min: Math.floor(min / 4), max } };
};

const quoting: Estimate = ({ size }) => {
  const { min, max } = size(0);
  return { cost: scale(size(0), traversal), size: { min: min + 2, max: max * 2 + 2 } };
};

/** Addresses are four or sixteen bytes, compared as far as the prefix reaches. */
const addressBytes: Range = { min: 4, max: 16 };

const containsAddress: Estimate = ({ overload, size }) => {
  const compared = scale(add(addressBytes, addressBytes), traversal);
  return { cost: overload.params[1]!.kind === 'string' ? add(compared, scale(size(1), traversal)) : compared };
};

const containsNetwork: Estimate = (call) => {
  const masked = add(scale(addressBytes, traversal), exactly(1));
  return { cost: add(containsAddress(call)!.cost, masked) };
};

const parsingAddress: Estimate = ({ overload, size }) =>
  overload.member ? undefined : { cost: scale(size(0), traversal) };

/** The longest pattern of a named format. */
const formatPattern = 128;

const validating: Estimate = ({ size }) => ({
  cost: scale(scale(size(1), traversal), formatPattern * instruction),
});

/** Parsing a selector: a list of requirements, each a structure of its own. */
const selecting: Estimate = ({ size }) => {
  const requirements = scale(scale(size(1), 0.5), 50);
  return { cost: add(exactly(10), scale(size(1), traversal), requirements) };
};

function setComparison(times: number): Estimate {
  return ({ size }) => ({ cost: add(scale(multiply(size(0), size(1)), times), exactly(1)) });
}

/** A call that makes a list. */
function making(factor: number, size: Range): CallEstimate {
  return { cost: add(scale(size, factor), exactly(11)), size };
}

function literalInteger(node: Expr | undefined, otherwise: number): number {
  if (node?.op !== 'constant' || typeof node.value !== 'bigint') return otherwise;
  return node.value < 0n ? 0 : Number(node.value);
}

const unlimited = 2 ** 64;

const flattening: Estimate = ({ args, size }) =>
  making(args.length > 1 ? literalInteger(args[1], unlimited) : 1, size(0));

const slicing: Estimate = ({ args, size }) => {
  const length = literalInteger(args[2], size(0).max) - literalInteger(args[1], 0);
  return making(1, exactly(length < 0 ? unlimited : length));
};

const sorting: Estimate = ({ overload, size }) => {
  const list = overload.params[0] as CelType & { kind: 'list' };
  const text = list.element.kind === 'string' || list.element.kind === 'bytes';
  return making(text ? 2 + traversal : 2, multiply(size(0), size(0)));
};

const estimates: Readonly<Record<string, Estimate>> = {
  check: () => ({ cost: exactly(350_000) }),
  ...{ fieldSelector: selecting, labelSelector: selecting },
  ...{ isSorted: wholeList, sum: wholeList, max: wholeList, min: wholeList },
  ...{ indexOf: wholeList, lastIndexOf: wholeList },
  ...{ url: rewriting(0), 'jsonpatch.escapeKey': rewriting(0), lowerAscii: rewriting(0), upperAscii: rewriting(0) },
  ...{ substring: rewriting(0), trim: rewriting(0) },
  ...{ replace: replacing, split: splitting, join: joining, find: search, findAll: search, matches, contains },
  ...{ cidr: reading(0), isIP: reading(0), isCIDR: reading(0), ip: parsingAddress, 'ip.isCanonical': reading(0, 2) },
  ...{ containsIP: containsAddress, containsCIDR: containsNetwork },
  ...{ quantity: reading(0), isQuantity: reading(0), semver: reading(0), isSemver: reading(0), validate: validating },
  ...{ format: reading(0), bytes: textToBytes, string: bytesToText, 'strings.quote': quoting },
  ...{ startsWith: reading(1), endsWith: reading(1), '@in': membership, '_+_': plus },
  ...{ '_==_': equality, '_!=_': comparing, '_<_': ordering, '_<=_': ordering, '_>_': ordering, '_>=_': ordering },
  'sets.contains': setComparison(1),
  'sets.intersects': setComparison(1),
  'sets.equivalent': setComparison(2),
  ...{ slice: slicing, flatten: flattening, reverse: ({ size }) => making(1, size(0)), sort: sorting },
  'lists.range': ({ args }) => making(1, exactly(literalInteger(args[0], unlimited))),
  distinct: ({ size }) => making(2, multiply(size(0), size(0))),
};
