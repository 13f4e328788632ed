import { type CelType, listOf, mapOf, optionalOf } from './types.ts';

/** What the type variables of one expression stand for, as far as known. */
export class Bindings {
  readonly #bound = new Map<string, CelType>();
  /** What was bound before, newest last: trying a form of a function may have to be undone. */
  readonly #trail: [name: string, before: CelType | undefined][] = [];

  /** A point to go back to. */
  mark(): number {
    return this.#trail.length;
  }

  /** Forgets what has been found out since. */
  undo(mark: number): void {
    while (this.#trail.length > mark) {
      const [name, before] = this.#trail.pop()!;
      if (before === undefined) this.#bound.delete(name);
      else this.#bound.set(name, before);
    }
  }

  #bind(name: string, type: CelType): void {
    this.#trail.push([name, this.#bound.get(name)]);
    this.#bound.set(name, type);
  }

  /** The type with variables replaced by what they stand for. */
  resolve(type: CelType): CelType {
    switch (type.kind) {
      case 'param': {
        const bound = this.#bound.get(type.name);
        return bound ? this.resolve(bound) : type;
      }
      case 'list':
        return { ...type, element: this.resolve(type.element) };
      case 'map':
        return { ...type, key: this.resolve(type.key), value: this.resolve(type.value) };
      case 'optional':
        return optionalOf(this.resolve(type.value));
      case 'type':
        return type.of ? { kind: 'type', of: this.resolve(type.of) } : type;
      default:
        return type;
    }
  }

  /** Whether a value of the first type can be used where the second is wanted; binds variables if so. */
  assign(actual: CelType, wanted: CelType): boolean {
    if (wanted.kind === 'param') return this.#assignVariable(wanted.name, actual, wanted);
    if (actual.kind === 'param') return this.#assignVariable(actual.name, wanted, actual);
    if (isAny(actual) || isAny(wanted)) return true;
    if (actual.kind === 'null') return isNullable(wanted);
    if (actual.kind !== wanted.kind) return false;
    switch (actual.kind) {
      case 'list':
        return wanted.kind === 'list' && this.assign(actual.element, wanted.element);
      case 'map':
        return wanted.kind === 'map' && this.assign(actual.key, wanted.key) && this.assign(actual.value, wanted.value);
      case 'optional':
        return wanted.kind === 'optional' && this.assign(actual.value, wanted.value);
      case 'object':
      case 'opaque':
        return 'name' in wanted && actual.name === wanted.name;
      default:
        return true;
    }
  }

  #assignVariable(name: string, other: CelType, self: CelType): boolean {
    const bound = this.#bound.get(name);
    if (bound) {
      if (!this.assign(other, bound)) return false;
      // What is less specific stands for both.
      if (this.resolve(other).kind === 'dyn') this.#bind(name, other);
      else if (bound.kind === 'null') this.#bind(name, other);
      return true;
    }
    const target = this.resolve(other);
    if (target.kind === 'param' && target.name === name) return true;
    if (mentions(target, name)) return false;
    this.#bind(name, target);
    return self.kind === 'param';
  }
}

function isAny(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

function isNullable(type: CelType): boolean {
  switch (type.kind) {
    case 'null':
    case 'object':
    case 'opaque':
    case 'timestamp':
    case 'duration':
    case 'optional':
      return true;
    default:
      return false;
  }
}

function mentions(type: CelType, name: string): boolean {
  switch (type.kind) {
    case 'param':
      return type.name === name;
    case 'list':
      return mentions(type.element, name);
    case 'map':
      return mentions(type.key, name) || mentions(type.value, name);
    case 'optional':
      return mentions(type.value, name);
    case 'type':
      return type.of !== undefined && mentions(type.of, name);
    default:
      return false;
  }
}

/** The declaration's type with its variables made distinct from those of every other use. */
export function freshen(type: CelType, suffix: number): CelType {
  switch (type.kind) {
    case 'param':
      return { kind: 'param', name: `${type.name}${suffix}` };
    case 'list':
      return listOf(freshen(type.element, suffix));
    case 'map':
      return mapOf(freshen(type.key, suffix), freshen(type.value, suffix));
    case 'optional':
      return optionalOf(freshen(type.value, suffix));
    case 'type':
      return type.of ? { kind: 'type', of: freshen(type.of, suffix) } : type;
    default:
      return type;
  }
}

/** Variables that nothing has been found out about are `dyn`. */
export function settle(type: CelType): CelType {
  switch (type.kind) {
    case 'param':
      return { kind: 'dyn' };
    case 'list':
      return { ...type, element: settle(type.element) };
    case 'map':
      return { ...type, key: settle(type.key), value: settle(type.value) };
    case 'optional':
      return optionalOf(settle(type.value));
    default:
      return type;
  }
}
