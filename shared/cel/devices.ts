import { createEnvironment, type Environment } from './environment.ts';
import { type CelType, mapOf, type ObjectType, objectType } from './types.ts';

/** Most attributes, and most capacities, of one device. */
const maximumEntries = 32;
const domain: CelType = { kind: 'string', maxElements: 63 };
const identifier: CelType = { kind: 'string', maxElements: 32 };
/** A string, a number, a truth value or a version; texts have at most so many characters. */
const attribute: CelType = { kind: 'dyn', any: true, maxElements: 64 };
const quantity: CelType = { kind: 'opaque', name: 'kubernetes.Quantity' };

/** By the domain that a name is in, then by the name. */
function byName(value: CelType): CelType {
  const bounds = { maxElements: maximumEntries };
  return mapOf(domain, mapOf(identifier, value, bounds), bounds);
}

/** Type of the variable `device`. */
export const DEVICE: ObjectType = objectType('kubernetes.DRADevice', {
  driver: { type: { kind: 'string', maxElements: 63 } },
  allowMultipleAllocations: { type: { kind: 'bool', maxElements: 1 } },
  attributes: { type: byName(attribute) },
  capacity: { type: byName(quantity) },
});

/** What expressions that select devices can speak of. */
export function deviceEnvironment(): Environment {
  return createEnvironment({ variables: { device: DEVICE }, bindings: true });
}
