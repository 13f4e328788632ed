import { describe, expect, it, vi } from 'vitest';
import { streamFromSocket } from './socket-stream.ts';

/** As much of a WebSocket as a stream needs; frames arrive by dispatching events. */
class FakeSocket extends EventTarget {
  closed: { code: number; reason: string } | undefined;

  close(code: number, reason: string): void {
    this.closed ??= { code, reason };
  }

  frame(text: string): void {
    this.dispatchEvent(Object.assign(new Event('message'), { data: text }));
  }
}

function start(options: Partial<Parameters<typeof streamFromSocket>[1]> = {}) {
  const socket = new FakeSocket();
  const queued: number[] = [];
  const onEnd = vi.fn();
  const stream = streamFromSocket(socket as unknown as WebSocket, {
    convert: (frame) => new TextEncoder().encode(String(frame)),
    maxQueuedBytes: 100,
    onQueue: (bytes) => queued.push(bytes),
    onEnd,
    ...options,
  });
  return { socket, queued, onEnd, ...stream };
}

describe('a socket as a stream', () => {
  it('passes frames and own bytes on in order, and ends with the socket', async () => {
    const { socket, body, push, onEnd } = start();
    socket.frame('a');
    push(new TextEncoder().encode('b'));
    socket.frame('c');
    socket.dispatchEvent(new Event('close'));
    socket.frame('late');
    expect(await new Response(body).text()).toBe('abc');
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('closes the socket when the client goes away', async () => {
    const { socket, body, onEnd } = start();
    await body.cancel();
    expect(socket.closed).toEqual({ code: 1000, reason: 'client gone' });
    socket.dispatchEvent(new Event('close'));
    expect(onEnd).toHaveBeenCalledTimes(1);
  });

  it('drops a client that does not keep up, with what it has not read bounded', async () => {
    const { socket, body } = start();
    for (let frame = 0; frame < 20; frame++) socket.frame('0123456789');
    expect(socket.closed).toEqual({ code: 1008, reason: 'client too slow' });
    expect((await new Response(body).text()).length).toBe(110);
  });

  it('tells how much waits as it is read', async () => {
    const { socket, queued, body } = start();
    socket.frame('0123456789');
    socket.frame('0123456789');
    expect(queued.at(-1)).toBe(20);
    const reader = body.getReader();
    await reader.read();
    await vi.waitFor(() => expect(queued.at(-1)).toBe(10));
  });

  it('ends by itself after its time', async () => {
    const { socket, body } = start({ timeoutMs: 5 });
    expect(await new Response(body).text()).toBe('');
    expect(socket.closed?.reason).toBe('timeout');
  });
});
