declare namespace Cloudflare {
  interface Env {
    STORE: DurableObjectNamespace<import('./workers/store-object.ts').StoreObject>;
  }
}
