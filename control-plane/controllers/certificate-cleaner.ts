import type { CertificateSigningRequest } from '../../shared/api/object.ts';
import { conditionsOf } from '../../shared/kinds/certificate-signing-request/conditions.ts';
import { defineController } from './runtime/controller.ts';
import { keyOf, sameState, writeAll } from './runtime/write.ts';

const resource = 'certificatesigningrequests.certificates.k8s.io';
const hourMs = 3600_000;
/** How long a request stays for which nothing is left to do, and one that nobody looks after. */
const doneMs = hourMs;
const pendingMs = 24 * hourMs;

/** Removes requests of the past: whoever asked has the certificate, or will not get it. */
export default defineController({
  name: 'csrcleaner',
  watches: [{ resource, toKeys: ({ type, object }) => (type === 'DELETED' ? [] : [object.metadata.name ?? '']) }],
  async reconcile(name, { client, clock }) {
    const request = await client.get<CertificateSigningRequest>({ resource, namespace: '', name });
    const at = request && cleanedAtMs(request);
    if (!request || at === undefined) return undefined;
    const restMs = at - clock.now();
    if (restMs >= 0) return { requeueAfterMs: restMs + 1 };
    const operation = { verb: 'delete', key: keyOf(resource, request), preconditions: sameState(request) } as const;
    await writeAll(client, [operation], { ignore: ['Conflict'] });
    return undefined;
  },
});

/** Epoch ms after which a request goes; undefined for one with conditions that say nothing of its end. */
function cleanedAtMs(request: CertificateSigningRequest): number | undefined {
  const { status, metadata } = request;
  if (conditionsOf(request).length === 0) return Date.parse(metadata.creationTimestamp ?? '') + pendingMs;
  const keptMs: Readonly<Record<string, number>> = {
    Denied: doneMs,
    Failed: doneMs,
    Approved: status?.certificate ? doneMs : pendingMs,
  };
  const ends = conditionsOf(request).flatMap(({ type, lastUpdateTime }) =>
    keptMs[type] === undefined || !lastUpdateTime ? [] : [Date.parse(String(lastUpdateTime)) + keptMs[type]],
  );
  return ends.length > 0 ? Math.min(...ends) : undefined;
}
