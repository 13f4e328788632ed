/** What two ends of a WebSocket say to each other, as it goes through a stream (rule P17). */
export type WebSocketFrame =
  | { type: 'text' | 'binary'; data: Uint8Array }
  /** Without a code: the other end closed without one. */
  | { type: 'close'; code?: number; reason: string };

/** As in RFC 6455. */
const opcodes = { text: 1, binary: 2, close: 8 } as const;

/** Bytes of a close frame's reason, at most. */
const maxReasonBytes = 123;

export function encodeFrame(frame: WebSocketFrame): Uint8Array<ArrayBuffer> {
  const payload = frame.type === 'close' ? closePayload(frame) : frame.data;
  const bytes = new Uint8Array(1 + payload.byteLength);
  bytes[0] = opcodes[frame.type];
  bytes.set(payload, 1);
  return bytes;
}

/** Undefined for what no end of this version sends. */
export function decodeFrame(bytes: Uint8Array): WebSocketFrame | undefined {
  const data = bytes.subarray(1);
  switch (bytes[0]) {
    case opcodes.text:
      return { type: 'text', data };
    case opcodes.binary:
      return { type: 'binary', data };
    case opcodes.close: {
      if (data.byteLength < 2) return { type: 'close', reason: '' };
      const code = data[0]! * 256 + data[1]!;
      return { type: 'close', code, reason: new TextDecoder().decode(data.subarray(2)) };
    }
    default:
      return undefined;
  }
}

function closePayload({ code, reason }: { code?: number; reason: string }): Uint8Array {
  if (code === undefined) return new Uint8Array();
  return new Uint8Array([code >> 8, code & 0xff, ...shortened(reason)]);
}

/** Cut between characters. */
function shortened(reason: string): Uint8Array {
  const bytes = new TextEncoder().encode(reason);
  let end = Math.min(bytes.byteLength, maxReasonBytes);
  while (end < bytes.byteLength && end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

const reserved = new Set([1004, 1005, 1006, 1015]);

/** Whether an end may close with this code: the others only say what has happened. */
export function mayCloseWith(code: number): boolean {
  return code >= 1000 && code < 5000 && !reserved.has(code);
}
