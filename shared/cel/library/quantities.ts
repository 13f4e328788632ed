import {
  addQuantities,
  compareQuantities,
  formatQuantity,
  parseQuantity,
  type Quantity,
  QuantityError,
  subtractQuantities,
} from '../../api/quantity.ts';
import { CelRuntimeError } from '../errors.ts';
import { member, type Overload, plain, traversal } from '../functions.ts';
import { BOOL, DOUBLE, INT, STRING } from '../types.ts';
import { OpaqueValue, type Value } from '../values.ts';

const QUANTITY = { kind: 'opaque', name: 'kubernetes.Quantity' } as const;
const unit = 10n ** 9n;

class QuantityValue extends OpaqueValue {
  readonly type = QUANTITY;
  readonly quantity: Quantity;
  constructor(quantity: Quantity) {
    super();
    this.quantity = quantity;
  }
  equals(other: OpaqueValue): boolean {
    return other instanceof QuantityValue && compareQuantities(this.quantity, other.quantity) === 0;
  }
  override toString(): string {
    return formatQuantity(this.quantity);
  }
}

function parsed(text: Value | undefined): Quantity | QuantityError {
  try {
    return parseQuantity(text as string);
  } catch (error) {
    if (error instanceof QuantityError) return error;
    throw error;
  }
}

function quantityOf(value: Value | undefined): Quantity {
  return (value as QuantityValue).quantity;
}

function whole(value: Value | undefined): Quantity {
  return { nano: (value as bigint) * unit, format: 'DecimalExponent' };
}

/** Undefined where it is no whole number of 64 bits. */
function integer({ nano }: Quantity): bigint | undefined {
  const value = nano / unit;
  return nano % unit === 0n && BigInt.asIntN(64, value) === value ? value : undefined;
}

function order([a, b]: readonly Value[]): number {
  return Math.sign(compareQuantities(quantityOf(a), quantityOf(b)));
}

const Q = QUANTITY;

export const quantities: readonly Overload[] = [
  plain(
    'quantity',
    [STRING],
    Q,
    ([text]) => {
      const quantity = parsed(text);
      if (quantity instanceof QuantityError) throw new CelRuntimeError(quantity.message);
      return new QuantityValue(quantity);
    },
    traversal(0),
  ),
  plain('isQuantity', [STRING], BOOL, ([text]) => !(parsed(text) instanceof QuantityError), traversal(0)),
  member('sign', [Q], INT, ([a]) => BigInt(quantityOf(a).nano > 0n ? 1 : quantityOf(a).nano < 0n ? -1 : 0)),
  member('isGreaterThan', [Q, Q], BOOL, (args) => order(args) > 0),
  member('isLessThan', [Q, Q], BOOL, (args) => order(args) < 0),
  member('compareTo', [Q, Q], INT, (args) => BigInt(order(args))),
  member('asApproximateFloat', [Q], DOUBLE, ([a]) => Number(quantityOf(a).nano) / Number(unit)),
  member('isInteger', [Q], BOOL, ([a]) => integer(quantityOf(a)) !== undefined),
  member('asInteger', [Q], INT, ([a]) => {
    const value = integer(quantityOf(a));
    if (value === undefined) throw new CelRuntimeError('cannot convert value to integer');
    return value;
  }),
  member('add', [Q, Q], Q, ([a, b]) => new QuantityValue(addQuantities(quantityOf(a), quantityOf(b)))),
  member('add', [Q, INT], Q, ([a, b]) => new QuantityValue(addQuantities(quantityOf(a), whole(b)))),
  member('sub', [Q, Q], Q, ([a, b]) => new QuantityValue(subtractQuantities(quantityOf(a), quantityOf(b)))),
  member('sub', [Q, INT], Q, ([a, b]) => new QuantityValue(subtractQuantities(quantityOf(a), whole(b)))),
];
