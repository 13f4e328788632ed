import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFrame, encodeFrame } from './web-socket-frames.ts';

test('[P17] messages arrive as they were sent', () => {
  fc.assert(
    fc.property(fc.constantFrom('text', 'binary'), fc.uint8Array(), (type, data) => {
      expect(decodeFrame(encodeFrame({ type, data }))).toEqual({ type, data });
    }),
  );
});

test('[P17] a close arrives with its code, and with as much of its reason as a frame holds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1000, max: 4999 }),
      fc.string({ unit: 'grapheme', maxLength: 200 }),
      (code, reason) => {
        const frame = decodeFrame(encodeFrame({ type: 'close', code, reason }));
        if (frame?.type !== 'close') throw new Error('no close');
        expect(frame.code).toBe(code);
        expect(reason.startsWith(frame.reason)).toBe(true);
        expect(new TextEncoder().encode(frame.reason).byteLength).toBeLessThanOrEqual(123);
        if (new TextEncoder().encode(reason).byteLength <= 123) expect(frame.reason).toBe(reason);
      },
    ),
  );
  expect(decodeFrame(encodeFrame({ type: 'close', reason: '' }))).toEqual({ type: 'close', reason: '' });
});

test('[P17] anything else is nothing', () => {
  expect([new Uint8Array(), new Uint8Array([0]), new Uint8Array([9, 1])].map(decodeFrame)).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
