import { auditHeaders } from '../http/internal-headers.ts';
import { attributesOf } from '../http/request-attributes.ts';
import { parseRequestInfo } from '../http/request-info.ts';
import { Trail, type TrailDeps } from './trail.ts';

/** Follows requests through the API server, for the audit log. */
export interface Auditor {
  begin(request: Request): Trail;
  /** Of a request that has begun. */
  trailOf(request: Request): Trail | undefined;
}

export interface AuditorDeps extends TrailDeps {
  uid(): string;
}

export function createAuditor({ uid, ...deps }: AuditorDeps): Auditor {
  const trails = new WeakMap<Request, Trail>();
  return {
    begin(request) {
      const { headers, method } = request;
      const { pathname, searchParams, search } = new URL(request.url);
      const info = parseRequestInfo(method, pathname, searchParams);
      const trail = new Trail(deps, {
        request,
        info,
        attributes: attributesOf(info, searchParams),
        auditID: headers.get(auditHeaders.id) ?? uid(),
        requestURI: headers.get(auditHeaders.uri) ?? `${pathname}${search}`,
        sourceIPs: headers.get(auditHeaders.sources)?.split(', ') ?? [],
      });
      trails.set(request, trail);
      return trail;
    },
    trailOf: (request) => trails.get(request),
  };
}
