import { isJsonObject } from '../../../../shared/api/json.ts';
import type { KubernetesObject, Secret } from '../../../../shared/api/object.ts';
import { bytesOfText } from '../../../../shared/certificates/pem.ts';
import type { Store } from '../../../store/store.ts';
import type { TokenVerifier, Verdict } from '../authenticator.ts';
import { authenticatedGroup } from '../authorize.ts';
import { sameHash } from '../credentials.ts';
import { serviceAccountGroups, serviceAccountUserName } from './claims.ts';
import { type SigningKeys, signingAlgorithm, signingKeysResource } from './signing-keys.ts';
import { issuerOf } from './tokens.ts';

/** Where a token is kept, and whose it is. */
export interface SecretToken {
  namespace: string;
  serviceAccount: { name: string; uid: string };
  /** Name of the Secret. */
  secret: string;
}

/**
 * Tokens of the older sort, for programs outside of the cluster that cannot ask for new ones. They do not expire: each is
 * kept in a Secret of type `kubernetes.io/service-account-token`, and works as long as that Secret holds it.
 */
export interface SecretTokens extends TokenVerifier {
  issue(token: SecretToken): Promise<string>;
}

export interface SecretTokensDeps {
  store: Pick<Store, 'get' | 'onCommit'>;
  keys: SigningKeys;
  /** The names under which the API itself is addressed: no such token is for anybody else. */
  audiences: readonly string[];
}

const issuer = 'kubernetes/serviceaccount';
const prefix = 'kubernetes.io/serviceaccount';
const claimNames = {
  namespace: `${prefix}/namespace`,
  secret: `${prefix}/secret.name`,
  name: `${prefix}/service-account.name`,
  uid: `${prefix}/service-account.uid`,
} as const;

const maxRemembered = 500;

export function createSecretTokens({ store, keys, audiences }: SecretTokensDeps): SecretTokens {
  /** Tokens whose signature is known to be good, by their hash. */
  const remembered = new Map<string, SecretToken>();
  store.onCommit((changes) => {
    if (changes.some(({ key }) => key.resource === signingKeysResource)) remembered.clear();
  });

  async function open(jwt: string): Promise<SecretToken | undefined> {
    // Only who uses such tokens pays for loading this.
    const { errors, jwtVerify } = await import('jose');
    try {
      const keyOf = async (id = '') => {
        const key = await keys.verifier(id);
        if (key) return key;
        throw new errors.JWKSNoMatchingKey();
      };
      const { payload } = await jwtVerify(jwt, ({ kid }) => keyOf(kid), { issuer, algorithms: [signingAlgorithm] });
      return readClaims(payload);
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  function read<T extends KubernetesObject>(resource: string, namespace: string, name: string): T | undefined {
    const stored = store.get({ resource, namespace, name });
    const object = stored && (JSON.parse(stored.json) as T);
    return object?.metadata.deletionTimestamp ? undefined : object;
  }

  /** Whether the Secret still holds the token, and the account is the one that it was made for. */
  function check({ namespace, secret, serviceAccount }: SecretToken, jwt: string, wanted: readonly string[]): Verdict {
    const { name, uid } = serviceAccount;
    const held = read<Secret>('secrets', namespace, secret);
    if (!held) return { refused: 'Token has been invalidated' };
    if (!sameHash(held.data?.token ?? '', bytesOfText(jwt))) return { refused: "Token does not match server's copy" };
    const account = read('serviceaccounts', namespace, name);
    if (!account) return { refused: `serviceaccounts "${name}" not found` };
    if (account.metadata.uid !== uid) {
      return { refused: `ServiceAccount UID (${account.metadata.uid}) does not match claim (${uid})` };
    }
    const meant = audiences.filter((audience) => wanted.includes(audience));
    if (meant.length === 0) return { refused: 'invalid bearer token' };
    const groups = [...serviceAccountGroups(namespace), authenticatedGroup];
    return { user: { name: serviceAccountUserName({ namespace, name }), uid, groups }, audiences: meant };
  }

  return {
    async issue({ namespace, serviceAccount, secret }) {
      const { SignJWT } = await import('jose');
      const { id, key } = await keys.current();
      const { name, uid } = serviceAccount;
      const claims = {
        iss: issuer,
        sub: serviceAccountUserName({ namespace, name }),
        [claimNames.namespace]: namespace,
        [claimNames.secret]: secret,
        [claimNames.name]: name,
        [claimNames.uid]: uid,
      };
      return new SignJWT(claims).setProtectedHeader({ alg: signingAlgorithm, kid: id }).sign(key);
    },
    async verify({ hash, jwt = '' }, wanted) {
      const known = remembered.get(hash);
      if (known) return check(known, jwt, wanted);
      if (issuerOf(jwt) !== issuer) return undefined;
      const token = await open(jwt);
      if (!token) return { refused: 'service account token claims could not be validated' };
      const verdict = check(token, jwt, wanted);
      if ('user' in verdict) {
        if (remembered.size >= maxRemembered) remembered.clear();
        remembered.set(hash, token);
      }
      return verdict;
    },
  };
}

function readClaims(payload: unknown): SecretToken | undefined {
  if (!isJsonObject(payload)) return undefined;
  const text = (claim: string) => (typeof payload[claim] === 'string' ? payload[claim] : '');
  const [namespace, secret] = [text(claimNames.namespace), text(claimNames.secret)];
  const [name, uid] = [text(claimNames.name), text(claimNames.uid)];
  const isWhole = namespace && secret && uid && payload.sub === serviceAccountUserName({ namespace, name });
  return isWhole ? { namespace, secret, serviceAccount: { name, uid } } : undefined;
}
