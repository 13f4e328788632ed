/** Static files of the deployment, by absolute path. */
export interface Assets {
  fetch(path: string): Promise<Response>;
}

const protobufV2 = 'application/com.github.proto-openapi.spec.v2';

/**
 * `/openapi/v2`, `/openapi/v3` and `/openapi/v3/...`, from files that the build generates out of the kinds. Undefined
 * for other paths. A client that takes only the protobuf form of v2 gets 406, and then asks for v3 or does without.
 */
export async function serveOpenApi(assets: Assets, path: string, accept: string | null): Promise<Response | undefined> {
  const match = /^\/openapi\/(v2|v3)(?:\/(.*))?$/.exec(path);
  if (!match) return undefined;
  const [, version, rest] = match;
  if (version === 'v2' && accept?.startsWith(protobufV2) && !accept.includes('json,') && !accept.endsWith('json')) {
    return new Response(null, { status: 406 });
  }
  const file = rest ? `/openapi/v3/${rest}.json` : `/openapi/${version}.json`;
  if (rest?.split('/').includes('..')) return undefined;
  const asset = await assets.fetch(file);
  if (!asset.ok) {
    await asset.body?.cancel();
    return undefined;
  }
  return new Response(asset.body, { headers: { 'content-type': 'application/json', vary: 'Accept' } });
}
