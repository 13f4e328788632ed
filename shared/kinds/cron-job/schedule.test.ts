import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { parseSchedule } from './schedule.ts';

const field = (values: number[], isAny = false) => ({ values, isAny });
const fieldsOf = (text: string) => {
  const schedule = parseSchedule(text);
  return 'fields' in schedule ? schedule.fields : undefined;
};

describe('a schedule', () => {
  it('has five fields of numbers, names, lists, ranges and steps', () => {
    expect(fieldsOf('5,7-9 */12 1/15 jan-MAR ?')).toMatchObject({
      minute: field([5, 7, 8, 9]),
      hour: field([0, 12]),
      dayOfMonth: field([1, 16, 31]),
      month: field([1, 2, 3]),
      dayOfWeek: field([0, 1, 2, 3, 4, 5, 6], true),
    });
  });

  it('may be a nickname, or a distance in whole seconds', () => {
    expect(fieldsOf('@weekly')).toEqual(fieldsOf('0 0 * * 0'));
    expect(parseSchedule('@every 1h30m')).toEqual({ everyMs: 5_400_000 });
    expect(parseSchedule('@every 1500ms')).toEqual({ everyMs: 1000 });
    expect(parseSchedule('@every 1ms')).toEqual({ everyMs: 1000 });
  });

  it('may name its time zone', () => {
    expect(parseSchedule('CRON_TZ=Asia/Tokyo 0 6 * * *')).toMatchObject({ timeZone: 'Asia/Tokyo' });
  });

  it.each([
    ['', 'empty spec string'],
    ['error', 'expected exactly 5 fields, found 1: [error]'],
    ['* * * * * *', 'expected exactly 5 fields, found 6: [* * * * * *]'],
    ['60 * * * *', 'end of range (60) above maximum (59): 60'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['* * * * 7', 'end of range (7) above maximum (6): 7'],
    ['5-3 * * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['1-2-3 * * * *', 'too many hyphens: 1-2-3'],
    ['1/2/3 * * * *', 'too many slashes: 1/2/3'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['*/-1 * * * *', 'negative number (-1) not allowed: -1'],
    ['@fortnightly', 'unrecognized descriptor: @fortnightly'],
    ['@every soon', 'failed to parse duration @every soon: time: invalid duration "soon"'],
    ['TZ=Mars/Olympus 0 0 * * *', 'provided bad location Mars/Olympus: unknown time zone Mars/Olympus'],
  ])('is not %j', (text, message) => {
    expect(() => parseSchedule(text)).toThrow(new SyntaxError(message));
  });
});

test('no text makes the parser fail otherwise than by saying what is wrong', () => {
  const texts = fc.oneof(
    fc.string(),
    fc.array(fc.stringMatching(/^[0-9a-z*?/,-]{0,6}$/), { maxLength: 6 }).map((parts) => parts.join(' ')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      try {
        const fields = fieldsOf(text);
        if (fields) for (const { values } of Object.values(fields)) expect(values).toEqual([...new Set(values)]);
      } catch (error) {
        expect(error).toBeInstanceOf(SyntaxError);
      }
    }),
  );
});
