import { describe, expect, it } from 'vitest';
import { ageSince, humanDuration } from './age.ts';

const minute = 60;
const hour = 60 * minute;
const day = 24 * hour;
const year = 365 * day;

describe('humanDuration', () => {
  it.each([
    [-2, '<invalid>'],
    [-1, '0s'],
    [0, '0s'],
    [119, '119s'],
    [2 * minute, '2m'],
    [9 * minute + 59, '9m59s'],
    [10 * minute + 1, '10m'],
    [3 * hour - 1, '179m'],
    [3 * hour, '3h'],
    [7 * hour + 59 * minute, '7h59m'],
    [8 * hour + 59 * minute, '8h'],
    [47 * hour, '47h'],
    [48 * hour, '2d'],
    [7 * day + 23 * hour, '7d23h'],
    [8 * day + 23 * hour, '8d'],
    [2 * year - 1, '729d'],
    [2 * year + day, '2y1d'],
    [8 * year + 200 * day, '8y'],
  ])('%d seconds: %s', (seconds, text) => {
    expect(humanDuration(seconds * 1000)).toBe(text);
  });

  it('cuts fractions of a second off', () => {
    expect(humanDuration(-1999)).toBe('0s');
    expect(humanDuration(1999)).toBe('1s');
  });
});

it('an absent time stamp has an unknown age', () => {
  expect(ageSince(undefined, 0)).toBe('<unknown>');
  expect(ageSince(null, 0)).toBe('<unknown>');
  expect(ageSince('1970-01-01T00:00:00Z', 5000)).toBe('5s');
});
