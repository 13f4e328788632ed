/**
 * Names of one type in the three places that use them: the client package (`V1PodSpec`, `CoreV1Event`), Go
 * (`v1.PodSpec`) and OpenAPI (`io.k8s.api.core.v1.PodSpec`).
 */
export interface TypeName {
  /** `v1`, `v1beta1`; empty for the one type that has no version. */
  version: string;
  /** `PodSpec`. */
  name: string;
}

/** A prefix is there only where two API groups have a type of the same name: `CoreV1Event` and `EventsV1Event`. */
const modelName = /^(?:[A-Z][a-z]+)?(V\d+(?:(?:alpha|beta)\d+)?)([A-Z]\w*)$/;

/** Splits `V1PodSpec` or `CoreV1Event`. Custom resources may have a schema name of another form, which is kept whole. */
export function parseModelName(model: string): TypeName {
  const match = modelName.exec(model);
  return match ? { version: match[1]!.toLowerCase(), name: match[2]! } : { version: '', name: model };
}

/** `v1.PodSpec`, as Go's error texts print a type. */
export function goTypeName(model: string): string {
  const { version, name } = parseModelName(model);
  return version ? `${version}.${name}` : name;
}

/** Where the types of a group live, for those that are not in `io.k8s.api.GROUP`. */
const packages: Readonly<Record<string, string>> = {
  meta: 'io.k8s.apimachinery.pkg.apis.meta',
  apiextensions: 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions',
  apiregistration: 'io.k8s.kube-aggregator.pkg.apis.apiregistration',
};

/**
 * The name under which OpenAPI documents publish a type.
 * @param group the package of the type as the generated table gives it: `core`, `meta`, `apps`.
 */
export function openapiName(model: string, group: string): string {
  if (model === 'VersionInfo') return 'io.k8s.apimachinery.pkg.version.Info';
  const { version, name } = parseModelName(model);
  return `${packages[group] ?? `io.k8s.api.${group}`}.${version}.${name}`;
}
