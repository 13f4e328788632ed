import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { createSender } from './clients.ts';
import { ServerProcess } from './server-process.ts';
import { eventually } from './waits.ts';

interface AuditEvent {
  auditID: string;
  verb: string;
  stage: string;
  level: string;
  user: { username: string };
  objectRef?: { resource: string; name?: string };
  responseStatus?: { code: number };
}

const folder = mkdtempSync(join(tmpdir(), 'fairlead-audit-'));
const logFile = join(folder, 'audit.log');
const posted: { token: string | undefined; items: AuditEvent[] }[] = [];
let receiver: Server;
let server: ServerProcess;

const policy = `
apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
  resources: [{ group: "", resources: [secrets] }]
- level: None
`;

beforeAll(async () => {
  receiver = createServer(async (request, response) => {
    const list = JSON.parse(await text(request)) as { kind: string; items: AuditEvent[] };
    posted.push({ token: request.headers.authorization, items: list.items });
    response.end('{}');
  }).listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  const { port } = receiver.address() as { port: number };
  const policyFile = join(folder, 'policy.yaml');
  writeFileSync(policyFile, policy);
  process.env.FAIRLEAD_AUDIT_WEBHOOK_TOKEN = 'for-the-receiver';
  server = await ServerProcess.create();
  server.start([
    ...['--audit-policy-file', policyFile, '--audit-log-path', logFile],
    ...['--audit-webhook-url', `http://127.0.0.1:${port}/audit`],
  ]);
  await server.untilReady();
});

afterAll(async () => {
  await server.discard();
  receiver.close();
  rmSync(folder, { recursive: true, force: true });
});

it('what the policy asks for is in the file and at the webhook, and nothing else is', async () => {
  const { server: url, ca, token } = server.credential;
  const send = createSender({ url, ca: ca ?? '', token });
  const secrets = '/api/v1/namespaces/default/secrets';
  const body = { metadata: { name: 'watched' }, stringData: { password: 'hunter2' } };
  const created = await send(secrets, { method: 'POST', body: JSON.stringify(body) });
  expect(created.status).toBe(201);
  await send('/api/v1/namespaces/default/configmaps');

  const expected = {
    kind: 'Event',
    level: 'Metadata',
    stage: 'ResponseComplete',
    verb: 'create',
    requestURI: secrets,
    user: { username: 'kubernetes-admin' },
    objectRef: { resource: 'secrets', namespace: 'default', name: 'watched', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 201 },
    annotations: { 'authorization.k8s.io/decision': 'allow' },
  };
  const inFile = await eventually('the event is in the file', () => {
    const lines = readFileSync(logFile, 'utf8').trim().split('\n');
    const events = lines.map((line) => JSON.parse(line) as AuditEvent);
    return events.some(({ verb }) => verb === 'create') && events;
  });
  expect(inFile).toMatchObject([expected]);
  await eventually('the event is at the webhook', () => posted.length > 0);
  expect(posted).toMatchObject([{ token: 'Bearer for-the-receiver', items: [expected] }]);
  expect(JSON.stringify([inFile, posted])).not.toContain('hunter2');
});
