import { conforms } from '../harness/conforms.ts';
import { refused } from '../harness/wait.ts';

conforms('API metadata HTTP return', async (t) => {
  const request = t.api.ask('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      spec: { resourceAttributes: { verb: 'get', resource: 'pods', namespace: t.namespace } },
    },
    headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
  });
  await refused(request, {
    code: 406,
    reason: 'NotAcceptable',
    message: 'only the following media types are accepted: application/json, application/yaml',
  });
});
