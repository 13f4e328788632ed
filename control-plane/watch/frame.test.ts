import { expect, it } from 'vitest';
import { cutFrames, frame, parseFrame } from './frame.ts';

it('[W5] a cut frame says the revision of its last event, so that a reader which stops there resumes without loss', () => {
  const lines = [3, 5, 6, 8].map((revision) => ({ event: `{"r":${revision}}`, revision }));
  expect(cutFrames(lines, 9, 12)).toEqual(['5\n{"r":3}\n{"r":5}\n', '9\n{"r":6}\n{"r":8}\n']);
  expect(cutFrames(lines.slice(0, 3), 9, 12)).toEqual(['5\n{"r":3}\n{"r":5}\n', '9\n{"r":6}\n']);
  expect(cutFrames([], 9, 12)).toEqual([]);
});

it('frames are parsed into their revision and lines that can be passed on', () => {
  expect(parseFrame(frame(7, ['{"a":1}', '{"b":2}']))).toEqual({ revision: 7, events: '{"a":1}\n{"b":2}\n' });
  expect(parseFrame(frame(7, []))).toEqual({ revision: 7, events: '' });
});
