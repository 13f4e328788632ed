import type { FieldError } from '../api/errors.ts';
import { invalidValues, tooMany } from '../api/field-errors.ts';
import type { DeviceTaintRule } from '../api/object.ts';
import { checkDNS1123Label, validateConditions } from '../api/validation.ts';
import { defineKind } from './define-kind.ts';
import { validatePoolName } from './device/names.ts';
import { validateDeviceTaint } from './device/validate-slice.ts';
import { validateDriverName } from './persistent-volume/sources.ts';
import { ageSince } from './printing/age.ts';
import { ageColumn, nameColumn } from './printing/columns.ts';

const maximumConditions = 8;

/** In the version that Kubernetes 1.37 made of the last beta, without a change. */
export default defineKind<DeviceTaintRule>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceTaintRule',
  plural: 'devicetaintrules',
  singular: 'devicetaintrule',
  scope: 'Cluster',
  schema: 'V1beta2DeviceTaintRule',
  deletion: { returnsObject: true },
  hasGeneration: true,
  subresources: { status: true },
  strategy: {
    prepareForCreate(rule, { now }) {
      rule.status = {};
      if (rule.spec?.taint) rule.spec.taint.timeAdded ??= now;
    },
    prepareForUpdate({ spec }, _old, { now }) {
      if (spec?.taint) spec.taint.timeAdded ??= now;
    },
    validate,
    validateStatusUpdate({ status }) {
      const path = 'status.conditions';
      const conditions = status?.conditions ?? [];
      const errors = validateConditions(conditions, path);
      if (conditions.length <= maximumConditions) return errors;
      return [...errors, tooMany(path, conditions.length, maximumConditions)];
    },
  },
  columns: [
    nameColumn(),
    { name: 'Key', type: 'string', description: 'The key of the taint.', cell: ({ spec }) => spec?.taint?.key ?? '' },
    { name: 'Value', type: 'string', description: 'Its value.', cell: ({ spec }) => spec?.taint?.value ?? '' },
    {
      name: 'Effect',
      type: 'string',
      description: 'What becomes of those who do not tolerate it.',
      cell: ({ spec }) => spec?.taint?.effect ?? '',
    },
    {
      name: 'TimeAdded',
      type: 'string',
      description: 'Time since the taint came into force.',
      cell: ({ spec }, { nowMs }) => (spec?.taint?.timeAdded ? ageSince(spec.taint.timeAdded, nowMs) : ''),
    },
    ageColumn(),
  ],
});

function validate({ spec }: DeviceTaintRule): FieldError[] {
  const { driver, pool, device } = spec?.deviceSelector ?? {};
  const path = 'spec.deviceSelector';
  return [
    ...(driver === undefined ? [] : validateDriverName(driver, `${path}.driver`)),
    ...(pool === undefined ? [] : validatePoolName(pool, `${path}.pool`)),
    ...(device === undefined ? [] : invalidValues(`${path}.device`, device, checkDNS1123Label(device))),
    ...validateDeviceTaint(spec?.taint ?? { key: '', effect: '' }, 'spec.taint'),
  ];
}
