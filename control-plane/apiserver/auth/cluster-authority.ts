import type { ClusterAuthority } from '../../client.ts';
import type { Authorizer } from './authorize.ts';
import type { CertificateAuthority } from './certificates/authority.ts';
import type { SecretTokens } from './service-accounts/secret-tokens.ts';

export interface ClusterAuthorityDeps {
  authorizer: Authorizer;
  certificates: Pick<CertificateAuthority, 'issue'>;
  secretTokens: Pick<SecretTokens, 'issue'>;
}

/** In the object that stores the cluster's roles and keys. */
export function createClusterAuthority({
  authorizer,
  certificates,
  secretTokens,
}: ClusterAuthorityDeps): ClusterAuthority {
  return {
    isAllowed: async (user, attributes) => authorizer.authorize(user, attributes).allowed,
    sign: (statement) => {
      switch (statement.type) {
        case 'secretToken':
          return secretTokens.issue(statement);
        case 'certificate':
          return certificates.issue(statement);
      }
    },
  };
}
