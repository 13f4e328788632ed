import { defineVirtual, describeUser } from '../virtual-resource.ts';

/** `kubectl auth whoami`: as whom the server takes the client. */
export const selfSubjectReview = defineVirtual({
  group: 'authentication.k8s.io',
  version: 'v1',
  plural: 'selfsubjectreviews',
  kind: 'SelfSubjectReview',
  schema: 'V1SelfSubjectReview',
  scope: 'Cluster',
  create: (_review, { user, nowMs }) => ({
    metadata: { creationTimestamp: `${new Date(nowMs).toISOString().slice(0, 19)}Z` },
    status: { userInfo: describeUser(user) },
  }),
});
