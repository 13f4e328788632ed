import type { ComponentStatus } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { nameColumn } from './printing/columns.ts';

/** The parts that clients know. Here they are one: what can answer is healthy. */
const components = ['controller-manager', 'etcd-0', 'scheduler'];

export default defineKind<ComponentStatus>({
  group: '',
  version: 'v1',
  kind: 'ComponentStatus',
  plural: 'componentstatuses',
  singular: 'componentstatus',
  shortNames: ['cs'],
  scope: 'Cluster',
  schema: 'V1ComponentStatus',
  verbs: ['get', 'list'],
  deprecationWarning: 'v1 ComponentStatus is deprecated in v1.19+',
  bootstrap: () =>
    components.map((name) => ({
      metadata: { name },
      conditions: [{ type: 'Healthy', status: 'True', message: 'ok' }],
    })),
  strategy: { validate: () => [] },
  columns: [
    nameColumn(),
    {
      name: 'Status',
      type: 'string',
      description: 'Status of the component conditions',
      cell: (component) => {
        const status = healthOf(component)?.status;
        if (status === undefined) return 'Unknown';
        return status === 'True' ? 'Healthy' : 'Unhealthy';
      },
    },
    {
      name: 'Message',
      type: 'string',
      description: 'Message of the component conditions',
      cell: (component) => healthOf(component)?.message ?? '',
    },
    {
      name: 'Error',
      type: 'string',
      description: 'Error of the component conditions',
      cell: (component) => healthOf(component)?.error ?? '',
    },
  ],
});

function healthOf({ conditions }: ComponentStatus) {
  return conditions?.find(({ type }) => type === 'Healthy');
}
