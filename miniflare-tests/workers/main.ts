export { StoreObject } from './store-object.ts';
export { TimersObject } from './timers-object.ts';
export { WatchObject } from './watch-object.ts';

/** Tests reach the objects through their bindings. */
export default {
  fetch: () => new Response('this Worker only hosts objects under test', { status: 404 }),
};
