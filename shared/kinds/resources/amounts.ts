import { addQuantities, formatQuantity, parseQuantity, type Quantity, subtractQuantities } from '../../api/quantity.ts';

/** Exact amounts by resource name. */
export type Amounts = Readonly<Record<string, Quantity>>;

export function amountsOf(texts: Readonly<Record<string, string>> | undefined): Amounts {
  return Object.fromEntries(Object.entries(texts ?? {}).map(([name, text]) => [name, parseQuantity(text)]));
}

export function textsOf(amounts: Amounts): Record<string, string> {
  return Object.fromEntries(Object.entries(amounts).map(([name, amount]) => [name, formatQuantity(amount)]));
}

/** `cpu=1,memory=2Gi`, by name. */
export function describeAmounts(amounts: Amounts): string {
  const names = Object.keys(amounts).sort();
  return names.map((name) => `${name}=${formatQuantity(amounts[name]!)}`).join(',');
}

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, addQuantities);
}

export function mostOf(a: Amounts, b: Amounts): Amounts {
  return combine(a, b, (x, y) => (y.nano > x.nano ? y : x));
}

/** What is left of each, never less than nothing. */
export function subtractAmounts(a: Amounts, b: Amounts): Amounts {
  const entries = Object.entries(a).map(([name, amount]) => {
    const rest = Object.hasOwn(b, name) ? subtractQuantities(amount, b[name]!) : amount;
    return [name, rest.nano > 0n ? rest : { ...rest, nano: 0n }] as const;
  });
  return Object.fromEntries(entries);
}

export function onlyAmounts(amounts: Amounts, isMeant: (name: string, amount: Quantity) => boolean): Amounts {
  return Object.fromEntries(Object.entries(amounts).filter(([name, amount]) => isMeant(name, amount)));
}

export function sameAmounts(a: Amounts, b: Amounts): boolean {
  const names = Object.keys(a);
  return (
    names.length === Object.keys(b).length &&
    names.every((name) => Object.hasOwn(b, name) && a[name]!.nano === b[name]!.nano)
  );
}

function combine(a: Amounts, b: Amounts, operation: (x: Quantity, y: Quantity) => Quantity): Amounts {
  const result: Record<string, Quantity> = { ...a };
  for (const [name, amount] of Object.entries(b)) {
    // Names are the client's: one may be that of a member which every object inherits.
    result[name] = Object.hasOwn(result, name) ? operation(result[name]!, amount) : amount;
  }
  return result;
}
