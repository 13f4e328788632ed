import { expect, it } from 'vitest';
import { notFound } from '../../../shared/api/errors.ts';
import type { FlowControl } from '../flow-control/flow-control.ts';
import { inTurn } from './in-turn.ts';

const request = new Request('https://cluster/api');
const user = { name: 'one', groups: [] };
const attributes = { verb: 'get', path: '/api' };
const uids = { flowSchemaUid: 'schema', priorityLevelUid: 'level' };
const headers = { 'x-kubernetes-pf-flowschema-uid': 'schema', 'x-kubernetes-pf-prioritylevel-uid': 'level' };

let released = 0;
const seat = () => {
  released += 1;
};

async function answer(release: (() => void) | undefined, respond: () => Promise<Response>) {
  const flowControl: FlowControl = { admit: () => ({ release, ...uids }) };
  const response = await inTurn({ flowControl, log: () => undefined }, { request, user, attributes }, respond);
  return { status: response.status, headers: Object.fromEntries(response.headers), text: await response.text() };
}

it('an answer says under which objects it was let in, and gives the seat back', async () => {
  expect(await answer(seat, async () => new Response('fine'))).toMatchObject({ status: 200, headers, text: 'fine' });
  expect(released).toBe(1);
});

it('an error is an answer, too', async () => {
  const failed = await answer(seat, async () => {
    throw notFound({ resource: 'pods', name: 'a' });
  });
  expect(failed).toMatchObject({ status: 404, headers });
  expect(JSON.parse(failed.text)).toMatchObject({ kind: 'Status', reason: 'NotFound' });
  expect(released).toBe(2);
});

it('a refusal is plain text, which says when to come again and whose limits these are', async () => {
  expect(await answer(undefined, async () => new Response('late'))).toEqual({
    status: 429,
    text: 'Too many requests, please try again later.\n',
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'retry-after': '1',
      'x-content-type-options': 'nosniff',
      ...headers,
    },
  });
});
