import { expect, it } from 'vitest';
import { corruptBase64At } from './base64.ts';
import { canonicalTime, type TimeFormat } from './time.ts';

it.each<[string, TimeFormat, string]>([
  ['2026-01-02T03:04:05Z', 'date-time', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05.999Z', 'date-time', '2026-01-02T03:04:05Z'],
  ['2026-01-02T03:04:05+05:30', 'date-time', '2026-01-01T21:34:05Z'],
  ['2024-02-29T00:00:00Z', 'date-time', '2024-02-29T00:00:00Z'],
  ['2026-01-02T03:04:05.123456Z', 'micro-time', '2026-01-02T03:04:05.123456Z'],
  ['2026-01-02T03:04:05.123456-01:00', 'micro-time', '2026-01-02T04:04:05.123456Z'],
])('the time stamp %s is stored as %s %s', (text, format, stored) => {
  expect(canonicalTime(text, format)).toBe(stored);
});

it.each<[string, TimeFormat, string]>([
  ['', 'date-time', 'parsing time "" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "2006"'],
  ['2026-01-02', 'date-time', 'parsing time "2026-01-02" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "T"'],
  ['2026-13-02T03:04:05Z', 'date-time', 'parsing time "2026-13-02T03:04:05Z": month out of range'],
  ['2026-02-30T03:04:05Z', 'date-time', 'parsing time "2026-02-30T03:04:05Z": day out of range'],
  ['2026-02-03T24:04:05Z', 'date-time', 'parsing time "2026-02-03T24:04:05Z": hour out of range'],
  ['2026-01-02T03:04:05Zx', 'date-time', 'parsing time "2026-01-02T03:04:05Zx": extra text: "x"'],
  [
    '2026-01-02T03:04:05',
    'date-time',
    'parsing time "2026-01-02T03:04:05" as "2006-01-02T15:04:05Z07:00": cannot parse "" as "Z07:00"',
  ],
  [
    '2026-01-02T03:04:05Z',
    'micro-time',
    'parsing time "2026-01-02T03:04:05Z" as "2006-01-02T15:04:05.000000Z07:00": cannot parse "Z" as ".000000"',
  ],
])('%j is refused as %s', (text, format, message) => {
  expect(() => canonicalTime(text, format)).toThrow(message);
});

it.each<[string, number | undefined]>([
  ['', undefined],
  ['YQ==', undefined],
  ['YWI=', undefined],
  ['YWJj', undefined],
  ['YW\nJj\r\n', undefined],
  ['YQ=\n=', undefined],
  ['YQ', 0],
  ['YWJjYQ', 4],
  ['YQ=', 3],
  ['YQ=x', 3],
  ['YQ==x', 4],
  ['Y===', 1],
  ['YW!j', 2],
])('the base64 %j is corrupt at %s', (text, at) => {
  expect(corruptBase64At(text)).toBe(at);
});
