import type { Service } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { proxyOptions } from './proxy-options.ts';
import { allocateForCreate, allocateForUpdate, serviceClaims } from './service/allocate.ts';
import { defaultService } from './service/defaults.ts';
import { serviceColumns } from './service/printer.ts';
import { serviceQuota } from './service/quota.ts';
import { carryOverAllocations, dropForType } from './service/transitions.ts';
import { validateService, validateServiceUpdate } from './service/validate.ts';
import { validateServiceStatus } from './service/validate-status.ts';

export default defineKind<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  singular: 'service',
  shortNames: ['svc'],
  categories: ['all'],
  scope: 'Namespaced',
  schema: 'V1Service',
  nameFormat: 'label',
  deletion: { returnsObject: true },
  createOnUpdate: true,
  subresources: {
    status: true,
    others: {
      proxy: {
        kind: 'ServiceProxyOptions',
        verbs: ['create', 'delete', 'get', 'patch', 'update'],
        proxyTo: 'service',
        options: proxyOptions,
      },
    },
  },
  strategy: {
    default: defaultService,
    prepareForCreate(service, context) {
      service.status = { loadBalancer: {} };
      allocateForCreate(service, context);
    },
    prepareForUpdate(service, old, context) {
      carryOverAllocations(service, old);
      dropForType(service, old);
      allocateForUpdate(service, old, context);
    },
    validate: validateService,
    validateUpdate: validateServiceUpdate,
    validateStatusUpdate: validateServiceStatus,
    claims: serviceClaims,
  },
  columns: serviceColumns,
  selectableFields: {
    'spec.clusterIP': (service) => service.spec?.clusterIP ?? '',
    'spec.type': (service) => service.spec?.type ?? '',
  },
  quota: serviceQuota,
  nodes: { audience: 'all' },
});
