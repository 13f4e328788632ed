import * as z from 'zod/mini';
import type { JwtAuthenticator } from '../shared/authentication/jwt-authenticator.ts';
import { expressionFault } from './apiserver/auth/oidc/expressions.ts';

const text = z.string().check(z.minLength(1), z.maxLength(1024));
const httpsUrl = z.string().check(z.maxLength(2048), z.regex(/^https:\/\/[^\s?#@]+$/));
const expressionOver = (variable: 'claims' | 'user') =>
  z.string().check(
    z.minLength(1),
    z.maxLength(10_000),
    z.superRefine((value, context) => {
      const fault = expressionFault(variable, value);
      if (fault) context.addIssue({ code: 'custom', message: fault, input: value });
    }),
  );
const claims = expressionOver('claims');
/** Kubernetes' own keys are not for others to set. */
const extraKey = z.string().check(z.regex(/^(?!([^/]*\.)?(k8s|kubernetes)\.io\/)[a-z0-9.-]+\/[a-z0-9._/-]+$/));

/** Exactly one of two fields. */
const oneOf =
  (a: string, b: string) =>
  (value: object): boolean =>
    a in value !== b in value;

const mapping = z
  .strictObject({ claim: z.optional(text), prefix: z.optional(z.string()), expression: z.optional(claims) })
  .check(
    z.refine(oneOf('claim', 'expression'), { error: 'exactly one of claim and expression' }),
    z.refine(({ claim, prefix }) => (claim === undefined) === (prefix === undefined), {
      error: 'prefix belongs to claim, and may be empty',
    }),
  );

/** `jwt` of an AuthenticationConfiguration. */
export const jwtAuthenticators = z
  .array(
    z.strictObject({
      issuer: z.strictObject({
        url: httpsUrl,
        discoveryURL: z.optional(httpsUrl),
        audiences: z.array(text).check(z.minLength(1), z.maxLength(32)),
        audienceMatchPolicy: z.optional(z.literal('MatchAny')),
      }),
      claimValidationRules: z.optional(
        z
          .array(
            z
              .strictObject({
                claim: z.optional(text),
                requiredValue: z.optional(z.string()),
                expression: z.optional(claims),
                message: z.optional(text),
              })
              .check(z.refine(oneOf('claim', 'expression'), { error: 'exactly one of claim and expression' })),
          )
          .check(z.maxLength(32)),
      ),
      claimMappings: z.strictObject({
        username: mapping,
        groups: z.optional(mapping),
        uid: z.optional(
          z
            .strictObject({ claim: z.optional(text), expression: z.optional(claims) })
            .check(z.refine(oneOf('claim', 'expression'), { error: 'exactly one of claim and expression' })),
        ),
        extra: z.optional(z.array(z.strictObject({ key: extraKey, valueExpression: claims })).check(z.maxLength(32))),
      }),
      userValidationRules: z.optional(
        z
          .array(z.strictObject({ expression: expressionOver('user'), message: z.optional(text) }))
          .check(z.maxLength(32)),
      ),
    }),
  )
  .check(
    z.maxLength(16),
    z.refine((all) => new Set(all.map(({ issuer }) => issuer.url)).size === all.length, {
      error: 'an issuer is there twice',
    }),
  ) satisfies z.ZodMiniType<JwtAuthenticator[]>;
