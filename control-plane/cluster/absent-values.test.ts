import { beforeAll, expect, it } from 'vitest';
import { aPod, ClusterFixture } from './testing/fixture.ts';

const namespaced = '/api/v1/namespaces/default';
const rbac = '/apis/rbac.authorization.k8s.io/v1';
const merge = { 'content-type': 'application/merge-patch+json' };

let cluster: ClusterFixture;
beforeAll(async () => {
  cluster = await ClusterFixture.create();
});

it('times that are not set are null in conditions and states, and absent in metadata', async () => {
  const pods = `${namespaced}/pods`;
  const { json: created } = await cluster.call('POST', pods, { body: aPod('p') });
  expect(created.spec).not.toHaveProperty('creationTimestamp');
  const status = {
    conditions: [{ type: 'Ready', status: 'True' }],
    containerStatuses: [{ name: 'c', state: { terminated: { exitCode: 1 } } }],
  };
  const { json } = await cluster.call('PATCH', `${pods}/p/status`, { body: { status }, headers: merge });
  expect(json.status.conditions).toEqual([
    { type: 'Ready', status: 'True', lastProbeTime: null, lastTransitionTime: null },
  ]);
  expect(json.status.containerStatuses[0].state.terminated).toEqual({
    exitCode: 1,
    startedAt: null,
    finishedAt: null,
  });
  expect(json.metadata.managedFields[1].fieldsV1['f:status']['f:conditions']['k:{"type":"Ready"}']).toHaveProperty(
    'f:lastProbeTime',
  );
  // Written again as it was read it is the same: nothing is stored.
  const again = await cluster.call('PUT', `${pods}/p/status`, { body: json });
  expect(again.json.metadata.resourceVersion).toBe(json.metadata.resourceVersion);
});

it.each([
  [`${rbac}/clusterroles`, {}, { rules: null }],
  [`${rbac}/namespaces/default/roles`, { rules: [] }, { rules: null }],
  [
    `${namespaced}/events`,
    { involvedObject: { namespace: 'default' } },
    { eventTime: null, firstTimestamp: null, lastTimestamp: null },
  ],
  [
    '/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas',
    {
      spec: {
        priorityLevelConfiguration: { name: 'exempt' },
        rules: [
          {
            subjects: [{ kind: 'User', user: { name: 'a' } }],
            resourceRules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true }],
          },
        ],
      },
    },
    { spec: { rules: [{ resourceRules: [{ namespaces: null }] }] } },
  ],
  [
    '/apis/networking.k8s.io/v1/namespaces/default/ingresses',
    { spec: { defaultBackend: { resource: { kind: 'Bucket', name: 'b' } } } },
    { spec: { defaultBackend: { resource: { apiGroup: null } } } },
  ],
])(
  'lists and pointers without value are null where there is no other word for them: %s',
  async (path, body, wanted) => {
    const made = await cluster.call('POST', path, { body: { metadata: { name: 'a' }, ...body } });
    expect(made.status, made.text).toBe(201);
    expect(made.json).toMatchObject(wanted);
    expect((await cluster.call('GET', `${path}/a`)).json).toMatchObject(wanted);
  },
);
