import type { FlowSchema, KubernetesObject, PriorityLevelConfiguration } from '../../shared/api/object.ts';
import type { WriteOperation } from '../client.ts';
import { defineController } from './runtime/controller.ts';
import { keyOf, sameState, timestamp, writeAll } from './runtime/write.ts';

const schemas = 'flowschemas.flowcontrol.apiserver.k8s.io';
const levels = 'prioritylevelconfigurations.flowcontrol.apiserver.k8s.io';
const type = 'Dangling';

/**
 * Says in the status of each FlowSchema whether the priority level that it names exists. There are few of both: one key
 * stands for all of them.
 */
export default defineController({
  name: 'flow-schema-status',
  watches: [
    { resource: schemas, toKeys: ({ type: what }) => (what === 'DELETED' ? [] : ['all']) },
    { resource: levels, toKeys: ({ type: what }) => (what === 'MODIFIED' ? [] : ['all']) },
  ],
  async reconcile(_key, { client, clock }) {
    const { items } = await client.list<PriorityLevelConfiguration>({ resource: levels });
    const known = new Set(items.map(({ metadata }) => metadata.name ?? ''));
    const { items: all } = await client.list<FlowSchema>({ resource: schemas });
    const nowText = timestamp(clock.now());
    await writeAll(
      client,
      all.flatMap((schema) => conditionUpdate(schema, known, nowText)),
      // Changed meanwhile: the change brings all of them here again.
      { ignore: ['Conflict'] },
    );
    return undefined;
  },
});

function conditionUpdate(schema: FlowSchema, known: ReadonlySet<string>, nowText: string): WriteOperation[] {
  const level = schema.spec?.priorityLevelConfiguration?.name ?? '';
  const named = `This FlowSchema references the PriorityLevelConfiguration object named ${JSON.stringify(level)}`;
  const wanted = known.has(level)
    ? { status: 'False', reason: 'Found', message: `${named} and it exists` }
    : { status: 'True', reason: 'NotFound', message: `${named} but there is no such object` };
  const conditions = schema.status?.conditions ?? [];
  const current = conditions.find((one) => one.type === type);
  if (current?.status === wanted.status && current.reason === wanted.reason && current.message === wanted.message) {
    return [];
  }
  const condition = { type, ...wanted, lastTransitionTime: nowText };
  const object = schema as unknown as KubernetesObject;
  return [
    {
      verb: 'patch',
      key: keyOf(schemas, object),
      subresource: 'status',
      patch: { status: { conditions: [...conditions.filter((one) => one.type !== type), condition] } },
      preconditions: sameState(object),
    },
  ];
}
