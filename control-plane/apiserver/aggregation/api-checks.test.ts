import { beforeEach, expect, test } from 'vitest';
import type { APIService, KubernetesObject } from '../../../shared/api/object.ts';
import type { NodeHttpResponse } from '../proxy/exchange.ts';
import { type ApiChecks, createApiChecks } from './api-checks.ts';
import { aggregatedApi } from './api-services.ts';

let now: number;
let timers: { run: () => void; delayMs: number }[];
let code: number;
let asked: number;
let service: APIService;
let checks: ApiChecks;

const name = 'v1.x.example';
const available = () => service.status?.conditions?.[0];

beforeEach(() => {
  now = 0;
  timers = [];
  code = 200;
  asked = 0;
  const spec = { group: 'x.example', version: 'v1', groupPriorityMinimum: 1, versionPriority: 1 };
  service = {
    metadata: { name },
    spec: { ...spec, service: { namespace: 'default', name: 's' } },
    status: { conditions: [{ type: 'Available', status: 'True', reason: 'Passed', message: 'all checks passed' }] },
  };
  const objects: Record<string, object> = {
    services: { metadata: { name: 's' }, spec: { ports: [{ port: 443 }] } },
    endpoints: {
      metadata: { name: 's' },
      subsets: [{ addresses: [{ ip: '10.0.0.1', targetRef: { kind: 'Pod', name: 'p' } }], ports: [{ port: 443 }] }],
    },
    pods: { metadata: { name: 'p' }, spec: { nodeName: 'n' }, status: { podIP: '10.0.0.1' } },
  };
  const targets = {
    get: (resource: string) => objects[resource] as KubernetesObject | undefined,
    random: () => 0,
    outsideNodes: () => [],
  };
  const streams = {
    plan: (node: string, request: object) =>
      ({ gateway: 'g', node, message: { type: 'openStream', streamId: 's', path: '/', request } }) as never,
  };
  checks = createApiChecks({
    now: () => now,
    startTimer(run, delayMs) {
      timers.push({ run, delayMs });
      return () => undefined;
    },
    nodeHttp: async () => {
      asked++;
      return { code, headers: [], body: new Response('{}').body } as NodeHttpResponse;
    },
    find: () => aggregatedApi({ targets, streams }, service),
    client: () => ({
      get: async <T>() => service as T,
      write: async ([operation]) => {
        if (operation?.verb === 'patch') service = { ...service, ...operation.patch };
        return [{}];
      },
    }),
    onError: (error) => {
      throw error;
    },
  });
});

/** The time limits of exchanges are timers as well. */
const waiting = () => timers.filter(({ delayMs }) => delayMs < 5000);

test('a suspicion is looked into, and what is found is said', async () => {
  code = 500;
  checks.suspect(name);
  await expect.poll(available).toMatchObject({ status: 'False', reason: 'FailedDiscoveryCheck' });
  expect(available()?.message).toBe(
    'failing or missing response from https://10.0.0.1:443/apis/x.example/v1: bad status from https://10.0.0.1:443/apis/x.example/v1: 500',
  );
});

test('an unfounded one changes nothing', async () => {
  const before = service;
  checks.suspect(name);
  await expect.poll(() => asked).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(service).toBe(before);
});

test('several within a few seconds are looked into once more after that, and none is forgotten', async () => {
  checks.suspect(name);
  await expect.poll(() => asked).toBe(1);
  now = 1000;
  for (let times = 0; times < 10; times++) checks.suspect(name);
  expect(waiting()).toMatchObject([{ delayMs: 4000 }]);
  code = 503;
  now = 5000;
  waiting()[0]!.run();
  await expect.poll(available).toMatchObject({ status: 'False' });
  now = 10_000;
  code = 200;
  checks.suspect(name);
  await expect.poll(available).toMatchObject({ status: 'True', reason: 'Passed' });
});

test('what is wrong with the Service is not for a check to take back', async () => {
  const conditions = [{ type: 'Available', status: 'False', reason: 'MissingEndpoints', message: 'none' }];
  service.status = { conditions };
  checks.suspect(name);
  await expect.poll(() => asked).toBe(1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(service.status.conditions).toBe(conditions);
});
