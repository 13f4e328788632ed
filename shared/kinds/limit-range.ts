import type { LimitRange, LimitRangeItem } from '../api/object.ts';
import { defineKind } from './define-kind.ts';
import { validateLimitRange } from './limit-range/validate.ts';
import { createdAtColumn, nameColumn } from './printing/columns.ts';

export default defineKind<LimitRange>({
  group: '',
  version: 'v1',
  kind: 'LimitRange',
  plural: 'limitranges',
  singular: 'limitrange',
  shortNames: ['limits'],
  scope: 'Namespaced',
  schema: 'V1LimitRange',
  strategy: {
    default({ spec }) {
      for (const item of spec?.limits ?? []) if (item.type === 'Container') defaultContainerLimits(item);
    },
    prepareForCreate({ metadata }, { uid }) {
      // The one kind that needs no name.
      if (!metadata.name && !metadata.generateName) metadata.name = uid();
    },
    validate: validateLimitRange,
  },
  columns: [nameColumn(), createdAtColumn()],
});

/** What is not said follows: the default limit from the maximum, the default request from that limit or the minimum. */
function defaultContainerLimits(item: LimitRangeItem): void {
  item.default = { ...item.max, ...item.default };
  item.defaultRequest = { ...item.min, ...item.default, ...item.defaultRequest };
  if (Object.keys(item.default).length === 0) delete item.default;
  if (Object.keys(item.defaultRequest).length === 0) delete item.defaultRequest;
}
