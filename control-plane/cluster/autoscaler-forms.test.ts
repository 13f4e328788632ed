import { beforeEach, describe, expect, it } from 'vitest';
import { ClusterFixture } from './testing/fixture.ts';

const path = (version: string, name = '') =>
  `/apis/autoscaling/${version}/namespaces/default/horizontalpodautoscalers${name && `/${name}`}`;
const spec = { maxReplicas: 5, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } };
const processor = (averageUtilization: number) => ({
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization } },
});
const hits = {
  type: 'Pods',
  pods: { metric: { name: 'hits' }, target: { type: 'AverageValue', averageValue: '5' } },
};
const merge = { headers: { 'content-type': 'application/merge-patch+json' } };

let fixture: ClusterFixture;
beforeEach(async () => {
  fixture = await ClusterFixture.create();
});

const create = (version: string, own: object = {}) =>
  fixture.call('POST', path(version), { body: { metadata: { name: 'a' }, spec: { ...spec, ...own } } });

describe('HorizontalPodAutoscalers of autoscaling/v1', () => {
  it('are those of v2', async () => {
    expect(await create('v1', { targetCPUUtilizationPercentage: 60 })).toMatchObject({
      status: 201,
      json: {
        apiVersion: 'autoscaling/v1',
        kind: 'HorizontalPodAutoscaler',
        spec: { ...spec, minReplicas: 1, targetCPUUtilizationPercentage: 60 },
        status: { currentReplicas: 0, desiredReplicas: 0 },
      },
    });
    const { json } = await fixture.call('GET', path('v2', 'a'));
    expect(json).toMatchObject({ apiVersion: 'autoscaling/v2', spec: { minReplicas: 1, metrics: [processor(60)] } });
    expect(json.spec).not.toHaveProperty('targetCPUUtilizationPercentage');
  });

  it('look at the processor when they name no metric', async () => {
    expect((await create('v1')).json.spec).toEqual({ ...spec, minReplicas: 1, targetCPUUtilizationPercentage: 80 });
  });

  it('keep through an update what they have no fields for', async () => {
    await create('v2', { metrics: [hits, processor(60)], behavior: { scaleDown: { selectPolicy: 'Disabled' } } });
    const stored = (await fixture.call('GET', path('v2', 'a'))).json;
    const served = (await fixture.call('GET', path('v1', 'a'))).json;
    const same = await fixture.call('PUT', path('v1', 'a'), { body: served });
    expect(same).toMatchObject({
      status: 200,
      json: { metadata: { resourceVersion: stored.metadata.resourceVersion } },
    });
    const body = { spec: { targetCPUUtilizationPercentage: 70 } };
    expect(await fixture.call('PATCH', path('v1', 'a'), { ...merge, body })).toMatchObject({ status: 200 });
    const { json } = await fixture.call('GET', path('v2', 'a'));
    expect(json.spec).toEqual({ ...stored.spec, metrics: [hits, processor(70)] });
    expect(json.metadata.annotations).toBeUndefined();
  });

  it('show the status that v2 has, and take one', async () => {
    await create('v2');
    const status = { currentReplicas: 2, desiredReplicas: 3, currentCPUUtilizationPercentage: 90 };
    const written = await fixture.call('PATCH', `${path('v1', 'a')}/status`, { ...merge, body: { status } });
    expect(written).toMatchObject({ status: 200, json: { status } });
    expect((await fixture.call('GET', path('v2', 'a'))).json.status).toMatchObject({
      desiredReplicas: 3,
      currentMetrics: [{ type: 'Resource', resource: { name: 'cpu', current: { averageUtilization: 90 } } }],
    });
  });

  it('are held to the rules of v2', async () => {
    const { json } = await create('v1', { maxReplicas: 0, targetCPUUtilizationPercentage: 0 });
    expect(json).toMatchObject({ code: 422, details: { group: 'autoscaling', kind: 'HorizontalPodAutoscaler' } });
    expect(json.details.causes.map(({ field }: { field: string }) => field)).toContain('spec.maxReplicas');
  });

  it('have the same table', async () => {
    await create('v1', { targetCPUUtilizationPercentage: 80 });
    const headers = { accept: 'application/json;as=Table;g=meta.k8s.io;v=v1' };
    const { json } = await fixture.call('GET', path('v1'), { headers });
    expect(json.columnDefinitions.map(({ name }: { name: string }) => name)).toEqual([
      'Name',
      'Reference',
      'Targets',
      'MinPods',
      'MaxPods',
      'Replicas',
      'Age',
    ]);
    expect(json.rows[0].cells.slice(0, 6)).toEqual(['a', 'Deployment/web', 'cpu: <unknown>/80%', '1', 5, 0]);
    expect(json.rows[0].object).toMatchObject({ metadata: { name: 'a' } });
  });

  it('are discovered beside v2, which is preferred', async () => {
    const { json } = await fixture.call('GET', '/apis/autoscaling');
    expect(json).toMatchObject({
      versions: [{ version: 'v2' }, { version: 'v1' }],
      preferredVersion: { groupVersion: 'autoscaling/v2' },
    });
  });
});
