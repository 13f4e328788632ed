import type { Json, JsonObject } from '../../../../shared/api/json.ts';
import type { ClaimOrExpression, JwtAuthenticator } from '../../../../shared/authentication/jwt-authenticator.ts';
import type { UserInfo } from '../../registry/registry.ts';
import { authenticatedGroup } from '../authorize.ts';
import { compileOver, type Expression } from './expressions.ts';

/** The claims are not such that a user follows from them; the text is for whoever asks why. */
export class ClaimsError extends Error {
  override readonly name = 'ClaimsError';
}

/** Makes the user of the claims of a token whose signature, issuer and audience are known to be good. */
export type MapClaims = (claims: JsonObject) => UserInfo;

/** Throws CelCompileError. What is returned throws ClaimsError, or CelError. */
export function createMapClaims(authenticator: JwtAuthenticator): MapClaims {
  const { claimMappings, claimValidationRules = [], userValidationRules = [] } = authenticator;
  const rules = claimValidationRules.map((rule) => ({ ...rule, ...compiled('claims', rule.expression) }));
  const usersRules = userValidationRules.map((rule) => ({ ...rule, ...compiled('user', rule.expression) }));
  const mapping = (source: ClaimOrExpression = {}) => ({ ...source, ...compiled('claims', source.expression) });
  const username = mapping(claimMappings.username);
  const groups = mapping(claimMappings.groups);
  const uid = mapping(claimMappings.uid);
  const extra = (claimMappings.extra ?? []).map(({ key, valueExpression }) => ({
    key,
    run: compileOver('claims', valueExpression),
  }));

  function nameOf(claims: JsonObject): string {
    const value = username.run ? username.run({ claims }) : claims[username.claim ?? ''];
    if (typeof value !== 'string' || value === '') throw new ClaimsError('oidc: username is not a text');
    // An address that nobody has verified is whatever its user likes.
    if (!username.run && username.claim === 'email' && (claims.email_verified ?? true) !== true) {
      throw new ClaimsError('oidc: email not verified');
    }
    return `${username.run ? '' : (username.prefix ?? '')}${value}`;
  }

  return (claims) => {
    for (const rule of rules) {
      if (rule.run) requireTrue(rule.run({ claims }), rule.message ?? `expression: ${rule.expression}`);
      else requireClaim(claims, rule.claim ?? '', rule.requiredValue ?? '');
    }
    const groupsValue = groups.run ? groups.run({ claims }) : claims[groups.claim ?? ''];
    const prefix = groups.run ? '' : (groups.prefix ?? '');
    const own = texts(groupsValue, 'groups').map((group) => prefix + group);
    const id = uid.run ? uid.run({ claims }) : claims[uid.claim ?? ''];
    if (id !== undefined && typeof id !== 'string') throw new ClaimsError('oidc: uid is not a text');
    const more = extra.map(({ key, run }) => [key, texts(run({ claims }), key)] as const);
    const attributes = Object.fromEntries(more.filter(([, values]) => values.length > 0));
    const name = nameOf(claims);
    const described = { username: name, groups: own, ...(id ? { uid: id } : {}), extra: attributes };
    for (const { run, message, expression } of usersRules) {
      if (run) requireTrue(run({ user: described }), message ?? `expression: ${expression}`);
    }
    return {
      name,
      groups: [...new Set([...own, authenticatedGroup])],
      ...(id ? { uid: id } : {}),
      ...(Object.keys(attributes).length > 0 ? { extra: attributes } : {}),
    };
  };
}

function compiled(variable: 'claims' | 'user', text: string | undefined): { run?: Expression } {
  return text === undefined ? {} : { run: compileOver(variable, text) };
}

function requireTrue(value: Json, message: string): void {
  if (value !== true) throw new ClaimsError(`oidc: validation failed: ${message}`);
}

function requireClaim(claims: JsonObject, claim: string, requiredValue: string): void {
  if (!Object.hasOwn(claims, claim)) throw new ClaimsError(`oidc: required claim ${claim} not present in ID token`);
  const value = claims[claim];
  if (value === requiredValue) return;
  throw new ClaimsError(`oidc: required claim ${claim} value does not match`);
}

/** One text, or a list of them; nothing is none. */
function texts(value: Json | undefined, what: string): string[] {
  if (value === undefined || value === null || value === '') return [];
  const list = Array.isArray(value) ? value : [value];
  if (list.every((item) => typeof item === 'string')) return list.filter((item) => item !== '') as string[];
  throw new ClaimsError(`oidc: ${what}: neither a text nor a list of texts`);
}
