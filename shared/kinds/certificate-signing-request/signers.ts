/** The signers that a cluster has of its own. Others are programs that watch the requests in their name. */
export const signers = {
  /** Clients of the API, of any name that an approver lets pass. */
  apiServerClient: 'kubernetes.io/kube-apiserver-client',
  /** Nodes, as clients of the API. */
  nodeClient: 'kubernetes.io/kube-apiserver-client-kubelet',
  /** Nodes, as servers. */
  nodeServing: 'kubernetes.io/kubelet-serving',
  /** Of an API before this one; no request can name it any more. */
  legacyUnknown: 'kubernetes.io/legacy-unknown',
} as const;
