import type { ClusterAuthority } from '../../client.ts';
import type { Configuration } from '../../cluster/shards/configuration.ts';
import type { Aggregation } from '../aggregation/aggregation.ts';
import { type LocateDeps, locate } from '../proxy/locate.ts';
import type { Authorizer } from './authorize.ts';
import type { CertificateAuthority } from './certificates/authority.ts';
import type { SecretTokens } from './service-accounts/secret-tokens.ts';

export interface ClusterAuthorityDeps {
  authorizer: Authorizer;
  certificates: Pick<CertificateAuthority, 'issue' | 'trusted'>;
  secretTokens: Pick<SecretTokens, 'issue'>;
  aggregation: Pick<Aggregation, 'check'>;
  /** What shards are told. */
  configuration: Configuration;
  targets: LocateDeps;
}

/** In the object that stores the cluster's roles and keys. */
export function createClusterAuthority({
  authorizer,
  certificates,
  secretTokens,
  aggregation,
  configuration,
  targets,
}: ClusterAuthorityDeps): ClusterAuthority {
  return {
    isAllowed: async (user, attributes) => authorizer.authorize(user, attributes).allowed,
    clientAuthorities: async () => certificates.trusted(),
    checkApi: (apiService) => aggregation.check(apiService),
    locate: async (destination) => locate(targets, destination),
    async context({ namespaces, configuration: version }) {
      const changed = configuration.since(version);
      return {
        namespaces: namespaces.map((name) => targets.get('namespaces', '', name)),
        ...(changed ? { configuration: changed } : {}),
      };
    },
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
