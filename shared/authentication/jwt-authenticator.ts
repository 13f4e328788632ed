/**
 * Whose tokens a cluster takes besides its own: an entry of `jwt` in Kubernetes' AuthenticationConfiguration
 * (`apiserver.config.k8s.io/v1`), in the same words.
 */
export interface JwtAuthenticator {
  issuer: {
    /** The `iss` of its tokens, https. */
    url: string;
    /** Where its discovery document is, if not below `url`. */
    discoveryURL?: string;
    /** A token has to be for one of them. */
    audiences: string[];
    audienceMatchPolicy?: 'MatchAny';
  };
  claimValidationRules?: ClaimValidationRule[];
  claimMappings: {
    username: ClaimOrExpression;
    groups?: ClaimOrExpression;
    uid?: { claim?: string; expression?: string };
    extra?: { key: string; valueExpression: string }[];
  };
  userValidationRules?: { expression: string; message?: string }[];
}

/** Either a claim with the value that it must have, or an expression over `claims` that must be true. */
export interface ClaimValidationRule {
  claim?: string;
  requiredValue?: string;
  expression?: string;
  message?: string;
}

/** Either a claim and what is put before its value, or an expression over `claims`. */
export interface ClaimOrExpression {
  claim?: string;
  prefix?: string;
  expression?: string;
}
