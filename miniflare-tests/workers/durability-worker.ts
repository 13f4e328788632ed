import type { StoreObject } from './store-object.ts';

export { StoreObject } from './store-object.ts';

interface Env {
  STORE: DurableObjectNamespace<StoreObject>;
}

/**
 * The store over HTTP for the durability test: `POST /objects/NAME` writes and answers with the revision,
 * `GET /changes?after=R` and `GET /objects` read.
 */
export default {
  async fetch(request: Request, env: Env): Promise<Response> {
    const url = new URL(request.url);
    const stub = env.STORE.get(env.STORE.idFromName('durability'));
    const name = url.pathname.match(/^\/objects\/(.+)$/)?.[1];
    if (name && request.method === 'POST')
      return Response.json({ revision: await stub.write(name, await request.text()) });
    if (url.pathname === '/changes') return Response.json(await stub.changes(Number(url.searchParams.get('after'))));
    if (url.pathname === '/objects') return Response.json(await stub.list({}));
    return new Response('not found', { status: 404 });
  },
};
