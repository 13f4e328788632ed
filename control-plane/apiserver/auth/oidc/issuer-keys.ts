import type { JSONWebKeySet, JWTVerifyGetKey } from 'jose';
import { isJsonObject } from '../../../../shared/api/json.ts';
import type { JwtAuthenticator } from '../../../../shared/authentication/jwt-authenticator.ts';
import { readBoundedText } from './read-bounded-text.ts';

/** The keys with which an issuer signs, as it publishes them. */
export interface IssuerKeys {
  /**
   * The keys that are known; `unknownKey` asks for newer ones, where the issuer has not been asked lately. Rejects while
   * there are none at all.
   */
  get(options?: { unknownKey: boolean }): Promise<JWTVerifyGetKey>;
}

export interface IssuerKeysDeps {
  issuer: JwtAuthenticator['issuer'];
  /** A GET; rejects when there is no answer. */
  fetch(url: string, signal: AbortSignal): Promise<Response>;
  /** Epoch ms. */
  now(): number;
  startTimer(run: () => void, delayMs: number): () => void;
}

/** Keys are looked at anew after this long. Those that are known go on working when the issuer is away. */
const freshMs = 3600_000;
/** The issuer is asked at most so often, whatever tokens say and whether or not it answers. */
const pauseMs = 30_000;
const timeoutMs = 5_000;
const maxBytes = 256 * 1024;
const maxKeys = 100;

export function createIssuerKeys({ issuer, fetch, now, startTimer }: IssuerKeysDeps): IssuerKeys {
  let known: JWTVerifyGetKey | undefined;
  let loadedMs = Number.NEGATIVE_INFINITY;
  let askedMs = Number.NEGATIVE_INFINITY;
  let problem = `oidc: authenticator for issuer ${JSON.stringify(issuer.url)} is not initialized`;
  let underWay: Promise<void> | undefined;

  async function getJson(url: string): Promise<Record<string, unknown>> {
    const abort = new AbortController();
    const late = Promise.withResolvers<never>();
    const cancel = startTimer(() => {
      late.reject(new Error(`${url}: no answer within ${timeoutMs / 1000} s`));
      abort.abort();
    }, timeoutMs);
    try {
      const text = await Promise.race([readBoundedText(fetch(url, abort.signal), { url, maxBytes }), late.promise]);
      const value: unknown = JSON.parse(text);
      if (isJsonObject(value)) return value;
      throw new Error(`${url}: not a JSON object`);
    } finally {
      cancel();
    }
  }

  async function load(): Promise<void> {
    const { url, discoveryURL = `${url.replace(/\/$/, '')}/.well-known/openid-configuration` } = issuer;
    const document = await getJson(discoveryURL);
    if (document.issuer !== url) {
      throw new Error(`oidc: issuer did not match the issuer returned by provider, expected ${JSON.stringify(url)}`);
    }
    const { jwks_uri: keysUrl } = document;
    if (typeof keysUrl !== 'string' || !keysUrl.startsWith('https://')) throw new Error('oidc: no https jwks_uri');
    const { keys } = await getJson(keysUrl);
    if (!Array.isArray(keys) || keys.length > maxKeys) throw new Error(`oidc: ${keysUrl} has no list of keys`);
    const { createLocalJWKSet } = await import('jose');
    known = createLocalJWKSet({ keys } as JSONWebKeySet);
    loadedMs = now();
  }

  function ask(): Promise<void> {
    askedMs = now();
    underWay = load()
      .catch((error: unknown) => {
        problem = error instanceof Error ? error.message : String(error);
      })
      .finally(() => {
        underWay = undefined;
      });
    return underWay;
  }

  return {
    async get({ unknownKey } = { unknownKey: false }) {
      const isStale = unknownKey || now() - loadedMs > freshMs;
      if (isStale && !underWay && now() - askedMs >= pauseMs) void ask();
      // Old keys that are good enough do not wait for new ones.
      if (underWay && (unknownKey || !known)) await underWay;
      if (!known) throw new Error(problem);
      return known;
    },
  };
}
