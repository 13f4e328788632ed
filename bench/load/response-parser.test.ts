import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ParsedResponse, ResponseParser } from './response-parser.ts';

const withLength = (status: number, body: string) =>
  `HTTP/1.1 ${status} Some Reason\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

const chunked = (status: number, pieces: readonly string[]) =>
  [
    `HTTP/1.1 ${status} OK\r\nTransfer-Encoding: chunked\r\n\r\n`,
    ...pieces
      .filter((piece) => piece !== '')
      .map((piece) => `${Buffer.byteLength(piece).toString(16)}\r\n${piece}\r\n`),
    '0\r\n\r\n',
  ].join('');

const response = fc
  .record({
    status: fc.constantFrom(200, 201, 404, 500),
    pieces: fc.array(fc.string({ maxLength: 40, unit: 'grapheme' }), { maxLength: 4 }),
    isChunked: fc.boolean(),
  })
  .map(({ status, pieces, isChunked }) => {
    const body = pieces.join('');
    return { status, body, text: isChunked ? chunked(status, pieces) : withLength(status, body) };
  });

function parse(pieces: readonly Buffer[]): { responses: ParsedResponse[]; body: string } {
  const responses: ParsedResponse[] = [];
  const bodies: Buffer[] = [];
  const parser = new ResponseParser({
    onResponse: (parsed) => responses.push(parsed),
    onBody: (piece) => bodies.push(Buffer.from(piece)),
  });
  for (const piece of pieces) parser.push(piece);
  return { responses, body: Buffer.concat(bodies).toString() };
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const points = [0, ...at.map((share) => Math.floor(share * bytes.length)).sort((a, b) => a - b), bytes.length];
  return points.slice(1).map((point, index) => bytes.subarray(points[index], point));
}

const shares = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

test('finds every response wherever the bytes are cut', () => {
  fc.assert(
    fc.property(fc.array(response, { maxLength: 5 }), shares, (sent, at) => {
      const { responses, body } = parse(cut(Buffer.from(sent.map(({ text }) => text).join('')), at));
      expect(responses).toEqual(
        sent.map(({ status, body: text }) => ({
          status,
          bodyBytes: Buffer.byteLength(text),
          ...(status >= 400 ? { errorBody: text } : {}),
        })),
      );
      expect(body).toBe(sent.map(({ body: text }) => text).join(''));
    }),
  );
});

test('refuses what is no HTTP', () => {
  expect(() => parse([Buffer.from('SSH-2.0-OpenSSH\r\n\r\n')])).toThrow('this is no response');
});
