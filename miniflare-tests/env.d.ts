declare namespace Cloudflare {
  interface Env {
    STORE: DurableObjectNamespace<import('./workers/store-object.ts').StoreObject>;
    WATCH: DurableObjectNamespace<import('./workers/watch-object.ts').WatchObject>;
  }
}
