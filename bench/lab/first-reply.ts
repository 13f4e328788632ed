import { get } from 'node:http';

const timeoutMs = 30_000;
const attemptMs = 1_000;
const pauseMs = 2;

/** Asks port 80 of an address until it answers. */
export async function firstReply(host: string): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await answers(host))) {
    if (Date.now() > deadline) throw new Error(`${host} did not answer within ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Resolves when nothing answers at an address any more. */
export async function noReply(host: string): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (await answers(host)) {
    if (Date.now() > deadline) throw new Error(`${host} still answers after ${timeoutMs / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function answers(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const call = get({ host, port: 80, agent: false, timeout: attemptMs });
    call.once('timeout', () => call.destroy());
    call.once('error', () => resolve(false));
    call.once('response', (response) => {
      response.resume();
      resolve(true);
    });
  });
}
