import type { Auditor } from '../audit/auditor.ts';
import type { Access, AccessNotes } from '../auth/access.ts';
import type { RequestAttributes } from '../auth/authorize.ts';
import type { UserInfo } from '../registry/registry.ts';
import { credentialOf } from './internal-headers.ts';

/** `Access` for requests as they arrive here, which leaves what it finds out in the audit log. */
export interface RequestAccess {
  authenticate(request: Request): UserInfo | Promise<UserInfo>;
  admit(request: Request, attributes: RequestAttributes): UserInfo | Promise<UserInfo>;
}

export function createRequestAccess(access: Access, auditor?: Auditor): RequestAccess {
  /** Without an audit log nothing is noted, and nothing waits that would not wait anyway. */
  function ask(request: Request, question: (notes?: AccessNotes) => UserInfo | Promise<UserInfo>) {
    const trail = auditor?.trailOf(request);
    if (!trail) return question();
    return (async () => question(trail.notes))().finally(() => trail.admitted());
  }
  return {
    authenticate: (request) => ask(request, (notes) => access.authenticate(credentialOf(request), notes)),
    admit: (request, attributes) => ask(request, (notes) => access.admit(credentialOf(request), attributes, notes)),
  };
}
