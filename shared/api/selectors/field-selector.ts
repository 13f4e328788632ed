import { badRequest } from '../errors.ts';
import { goQuote } from '../go-format.ts';

export interface FieldRequirement {
  readonly field: string;
  readonly operator: '=' | '!=';
  readonly value: string;
}

const maximumLength = 16 * 1024;
const universalFields: readonly string[] = ['metadata.name', 'metadata.namespace'];

/** A conjunction of conditions on the few fields that a kind makes selectable. Immutable. */
export class FieldSelector {
  readonly requirements: readonly FieldRequirement[];

  constructor(requirements: readonly FieldRequirement[]) {
    this.requirements = requirements;
  }

  /** `fieldValue` gives the value of a field, the empty string where there is none. */
  matches(fieldValue: (field: string) => string): boolean {
    return this.requirements.every(
      ({ field, operator, value }) => (fieldValue(field) === value) === (operator === '='),
    );
  }

  isEmpty(): boolean {
    return this.requirements.length === 0;
  }

  /** The value that `field` must have, where there is one. */
  exactValue(field: string): string | undefined {
    return this.requirements.find((requirement) => requirement.field === field && requirement.operator === '=')?.value;
  }

  /**
   * Throws BadRequest for a field other than these and the two of every kind. The wording depends, as upstream, on
   * whether the kind has selectable fields of its own.
   */
  requireSupported(fields: readonly string[]): void {
    for (const { field } of this.requirements) {
      if (universalFields.includes(field) || fields.includes(field)) continue;
      throw badRequest(
        fields.length > 0
          ? `field label not supported: ${field}`
          : `${goQuote(field)} is not a known field selector: only ${universalFields.map(goQuote).join(', ')}`,
      );
    }
  }

  toString(): string {
    return this.requirements.map(({ field, operator, value }) => `${field}${operator}${escapeValue(value)}`).join(',');
  }
}

/** Parses the `fieldSelector` parameter; the empty text selects everything. Throws BadRequest. */
export function parseFieldSelector(text: string): FieldSelector {
  if (text.length > maximumLength) throw badRequest(`fieldSelector must be no more than ${maximumLength} characters`);
  const terms = splitTerms(text)
    .filter((term) => term !== '')
    .sort();
  return new FieldSelector(terms.map((term) => parseTerm(term, text)));
}

/** At the commas that no backslash precedes. */
function splitTerms(text: string): string[] {
  const terms: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') index++;
    else if (character === ',') {
      terms.push(text.slice(start, index));
      start = index + 1;
    }
  }
  terms.push(text.slice(start));
  return terms;
}

function parseTerm(term: string, selector: string): FieldRequirement {
  const found = /!=|==|=/.exec(term);
  if (!found) throw badRequest(`invalid selector: '${selector}'; can't understand '${term}'`);
  const value = unescapeValue(term.slice(found.index + found[0].length));
  return { field: term.slice(0, found.index), operator: found[0] === '!=' ? '!=' : '=', value };
}

function escapeValue(value: string): string {
  return value.replace(/[\\,=]/g, '\\$&');
}

function unescapeValue(text: string): string {
  let value = '';
  for (let index = 0; index < text.length; index++) {
    const character = text.charAt(index);
    if (character === '\\') {
      const next = text.charAt(++index);
      if (next === '' || !'\\,='.includes(next)) {
        throw badRequest(`invalid field selector: invalid escape sequence: \\${next}`);
      }
      value += next;
    } else if (character === ',' || character === '=') {
      // Upstream prints the number of the character.
      throw badRequest(`invalid field selector: unescaped character in value: ${character.charCodeAt(0)}`);
    } else value += character;
  }
  return value;
}
