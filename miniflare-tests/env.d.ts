declare namespace Cloudflare {
  interface Env {
    STORE: DurableObjectNamespace<import('./workers/store-object.ts').StoreObject>;
    TIMERS: DurableObjectNamespace<import('./workers/timers-object.ts').TimersObject>;
    WATCH: DurableObjectNamespace<import('./workers/watch-object.ts').WatchObject>;
  }
}
