import type { IPAddress } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateIPAddress, validateIPAddressUpdate } from './ip-address/validate.ts';
import { nameColumn } from './printing/columns.ts';

/** An address, by its canonical name, and what it belongs to. */
export default defineKind<IPAddress>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'IPAddress',
  plural: 'ipaddresses',
  singular: 'ipaddress',
  shortNames: ['ip'],
  scope: 'Cluster',
  schema: 'V1IPAddress',
  nameFormat: 'ip',
  strategy: { validate: validateIPAddress, validateUpdate: validateIPAddressUpdate },
  columns: [
    nameColumn(),
    {
      name: 'ParentRef',
      type: 'string',
      description: 'The object that the address belongs to.',
      cell({ spec }) {
        if (!spec?.parentRef) return '<none>';
        const { group, resource, namespace, name } = spec.parentRef;
        const qualified = (group ? `${resource}.${group}` : resource).toLowerCase();
        return [qualified, ...(namespace ? [namespace] : []), name].join('/');
      },
    },
  ],
});
