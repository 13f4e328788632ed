import type { APIService } from '../api/object.ts';
import { type LocalGroup, localGroups } from './api-service/local-groups.ts';
import { validateAPIService, validateAPIServiceStatus } from './api-service/validate.ts';
import { defineKind, type KindDefinition } from './define-kind.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

export default defineKind<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  singular: 'apiservice',
  categories: ['api-extensions'],
  scope: 'Cluster',
  schema: 'V1APIService',
  nameFormat: 'path-segment',
  subresources: { status: true },
  strategy: {
    prepareForCreate(service, { now }) {
      service.status = service.spec?.service ? {} : { conditions: [localCondition(now)] };
    },
    validate: validateAPIService,
    validateStatusUpdate: validateAPIServiceStatus,
  },
  bootstrap: (_settings, kinds) => localGroups.filter((local) => isServed(local, kinds)).map(localService),
  columns: [
    nameColumn(),
    {
      name: 'Service',
      type: 'string',
      description: 'The reference to the service that hosts this API endpoint.',
      cell: ({ spec }) => (spec?.service ? `${spec.service.namespace}/${spec.service.name}` : 'Local'),
    },
    {
      name: 'Available',
      type: 'string',
      description: 'Whether this service is available.',
      cell: availableCell,
    },
    ageColumn(),
  ],
});

/** Groups of what is answered and never stored, of which there are no kinds. */
const withoutKinds = ['authentication.k8s.io', 'authorization.k8s.io'];

function isServed([group, version]: LocalGroup, kinds: readonly KindDefinition[]): boolean {
  return withoutKinds.includes(group) || kinds.some((kind) => kind.group === group && kind.version === version);
}

function localService([group, version, groupPriorityMinimum, versionPriority]: LocalGroup): APIService {
  return {
    metadata: { name: `${version}.${group}`, labels: { 'kube-aggregator.kubernetes.io/automanaged': 'onstart' } },
    spec: { group, version, groupPriorityMinimum, versionPriority },
  };
}

function localCondition(now: string) {
  const message = 'Local APIServices are always available';
  return { type: 'Available', status: 'True', lastTransitionTime: now, reason: 'Local', message };
}

function availableCell({ status }: APIService): string {
  const condition = status?.conditions?.find(({ type }) => type === 'Available');
  if (!condition) return 'Unknown';
  return condition.status === 'True' || !condition.reason
    ? condition.status
    : `${condition.status} (${condition.reason})`;
}
