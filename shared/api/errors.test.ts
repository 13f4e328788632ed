import { expect, it } from 'vitest';
import { type FieldError, invalid } from './errors.ts';

it('the message of a refusal says each thing once, its causes as often as it was found', () => {
  const label: FieldError = { field: 'metadata.labels', reason: 'FieldValueInvalid', message: 'Invalid value: "/"' };
  const name: FieldError = { field: 'metadata.name', reason: 'FieldValueRequired', message: 'Required value' };
  const refusal = (...errors: FieldError[]) => invalid({ resource: 'pods', kind: 'Pod', name: 'a' }, errors);
  const one = 'metadata.labels: Invalid value: "/"';
  expect(refusal(label, label).message).toBe(`Pod "a" is invalid: ${one}`);
  expect(refusal(label, name, label).message).toBe(`Pod "a" is invalid: [${one}, metadata.name: Required value]`);
  expect(refusal(label, name, label).details?.causes).toEqual([label, name, label]);
});
