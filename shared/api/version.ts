/** Release of the Kubernetes API that is served: that of the `@kubernetes/client-node` models. */
export const kubernetesVersion = 'v1.36.0';
