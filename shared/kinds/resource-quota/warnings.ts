import type { ResourceQuota } from '../../api/object.ts';
import { formatQuantity, parseQuantity } from '../../api/quantity.ts';

/** A container cannot request more than its limit, so that such a quota of limits would be the smaller one. */
export function resourceQuotaWarnings({ spec }: ResourceQuota): string[] {
  const hard = spec?.hard ?? {};
  return ['cpu', 'memory', 'storage', 'ephemeral-storage'].flatMap((name) => {
    // The bare name means requests, too.
    const hasBareName = ['cpu', 'memory'].includes(name) && hard[`requests.${name}`] === undefined;
    const requestName = hasBareName ? name : `requests.${name}`;
    const limitName = `limits.${name}`;
    if (hard[requestName] === undefined || hard[limitName] === undefined) return [];
    const [request, limit] = [parseQuantity(hard[requestName]), parseQuantity(hard[limitName])];
    if (request.nano <= limit.nano) return [];
    const texts = { request: formatQuantity(request), limit: formatQuantity(limit) };
    return [`ResourceQuota ${requestName} (${texts.request}) should be less than ${limitName} (${texts.limit})`];
  });
}
