import { StatusError } from '../../shared/api/errors.ts';
import type { TokenMessage, TokenRequestMessage } from '../../shared/protocol/messages.ts';
import { nodeUser } from '../apiserver/auth/node-authorizer.ts';
import type { IssueToken } from '../apiserver/auth/service-accounts/issue-token.ts';

/** Rule P15: answers a node that needs a token for one of its Pods. Errors travel in the answer. */
export async function nodeToken(
  issueToken: IssueToken,
  node: string,
  { id, namespace, serviceAccount, pod, audience, expirationSeconds }: TokenRequestMessage,
): Promise<TokenMessage> {
  const request = {
    metadata: {},
    spec: {
      audiences: audience ? [audience] : [],
      expirationSeconds,
      boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: pod.name, uid: pod.uid },
    },
  };
  try {
    const { status } = await issueToken(nodeUser(node), { namespace, name: serviceAccount }, request);
    return { type: 'token', id, token: status?.token, expirationTimestamp: String(status?.expirationTimestamp) };
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    return { type: 'token', id, error: { code: error.code, message: error.message } };
  }
}
