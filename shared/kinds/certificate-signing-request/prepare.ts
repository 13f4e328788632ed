import { jsonEqual } from '../../api/json.ts';
import type { CertificateSigningRequest } from '../../api/object.ts';
import type { StrategyContext } from '../define-kind.ts';
import { conditionsOf, decisions } from './conditions.ts';

/** Who asks is what the API knows, not what the request says; and nobody approves by asking. */
export function prepareRequest(request: CertificateSigningRequest, { user }: StrategyContext): void {
  const { request: content, signerName, expirationSeconds, usages } = request.spec ?? {};
  const { name, uid, groups, extra } = user;
  request.spec = {
    request: content,
    signerName,
    ...(expirationSeconds === undefined ? {} : { expirationSeconds }),
    ...(usages === undefined ? {} : { usages }),
    username: name,
    ...(uid ? { uid } : {}),
    groups: [...groups],
    ...(extra ? { extra: Object.fromEntries(Object.entries(extra).map(([key, values]) => [key, [...values]])) } : {}),
  };
  request.status = {};
}

/** What was asked for stays as it is. */
export function keepRequest(request: CertificateSigningRequest, old: CertificateSigningRequest): void {
  request.spec = old.spec;
}

/** Through `approval` conditions alone are written; through `status` everything but the decision. */
export function prepareRequestStatus(
  request: CertificateSigningRequest,
  old: CertificateSigningRequest,
  { now }: StrategyContext,
  subresource?: string,
): void {
  if (subresource === 'approval') {
    const { conditions } = request.status ?? {};
    request.status = { ...old.status, ...(conditions ? { conditions } : {}) };
    if (!conditions) delete request.status.conditions;
  } else {
    for (const type of decisions) keepConditions(request, old, type);
  }
  for (const condition of conditionsOf(request)) {
    condition.lastUpdateTime ??= now;
    condition.lastTransitionTime ??=
      conditionsOf(old, condition.type).find(
        ({ status, lastTransitionTime }) => status === condition.status && lastTransitionTime,
      )?.lastTransitionTime ?? now;
  }
}

/** As many as there were are the same ones; more or fewer are for the validation to refuse. */
function keepConditions(request: CertificateSigningRequest, old: CertificateSigningRequest, type: string): void {
  const kept = conditionsOf(old, type);
  const present = conditionsOf(request, type);
  if (kept.length !== present.length || jsonEqual(kept, present)) return;
  const conditions = conditionsOf(request).map((condition) => (condition.type === type ? kept.shift()! : condition));
  request.status = { ...request.status, conditions };
}
