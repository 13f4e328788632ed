import type { FieldError } from '../api/errors.ts';
import type { KubernetesObject } from '../api/object.ts';
import type { BuiltInKind, KindDefinition, TableColumn } from './define-kind.ts';

/**
 * Another form in which the objects of a stored kind are served: of another version, or of another group. Reads are
 * converted on their way out. Writes are decoded, patched and tracked in this form, and validated and stored in the
 * other, so that both show the same objects.
 */
export interface ServedForm {
  /** The kind that is stored. */
  of: KindDefinition;
  /** Without `kind` and `apiVersion`, which follow. The argument may become part of the result. */
  toServed(stored: KubernetesObject): KubernetesObject;
  /** The reverse. Defaults of the stored kind are applied to the result. */
  toStored(served: KubernetesObject): KubernetesObject;
}

/** What a further form of a kind has of its own; everything else is that of the stored kind. */
export interface ServedFormDefinition<T extends KubernetesObject, Stored extends KubernetesObject> {
  group: string;
  version: string;
  /** Name of its type in the generated schema tables. */
  schema: string;
  /** Defaults of this form that depend on other fields. */
  default?(object: T): void;
  /** Rules for writes through this form, besides those of the stored kind. They see what would be stored. */
  validateCreate?(object: Stored): FieldError[];
  validateUpdate?(object: Stored, old: Stored): FieldError[];
  /** Absent: the fields of the stored kind, by their names there. */
  selectableFields?: Readonly<Record<string, (object: T) => string>>;
  /** Neither may change its argument. */
  toServed(stored: Stored): T;
  toStored(served: T): Stored;
}

/**
 * Declares another version or group of a kind, in a file of its own beside that of the stored kind:
 *
 *     export default defineServedForm<HorizontalPodAutoscalerV1, HorizontalPodAutoscaler>(horizontalPodAutoscaler, {
 *       group: 'autoscaling', version: 'v1', schema: 'V1HorizontalPodAutoscaler', toServed, toStored });
 *
 * Stored is the form that can say everything. What another cannot say it has to carry along (in annotations, mostly), or
 * an update through it loses it. Tables and admission know only the stored form.
 */
export function defineServedForm<T extends KubernetesObject, Stored extends KubernetesObject>(
  stored: BuiltInKind,
  definition: ServedFormDefinition<T, Stored>,
): BuiltInKind {
  const { toServed, toStored, validateCreate, validateUpdate, selectableFields, ...own } = definition;
  // What is done once for all forms of an object is left to the stored kind.
  const { bootstrap: _bootstrap, nodes: _nodes, ...common } = stored;
  const inStoredForm = <Result, Rest extends unknown[]>(read: (object: KubernetesObject, ...rest: Rest) => Result) => {
    return (object: KubernetesObject, ...rest: Rest): Result => read(toStored(object as T), ...rest);
  };
  const columns: TableColumn<KubernetesObject>[] = stored.columns.map((column) => ({
    ...column,
    cell: inStoredForm(column.cell),
  }));
  const selectable = Object.entries(stored.selectableFields ?? {}).map(([field, read]) => [field, inStoredForm(read)]);
  const { strategy } = stored;
  return {
    ...common,
    group: own.group,
    version: own.version,
    schema: own.schema,
    columns,
    selectableFields: (selectableFields ?? Object.fromEntries(selectable)) as BuiltInKind['selectableFields'],
    strategy: {
      ...strategy,
      default: own.default as BuiltInKind['strategy']['default'],
      validateCreate: both(strategy.validateCreate, validateCreate as Rule<[KubernetesObject]>),
      validateUpdate: both(
        strategy.validateUpdate,
        validateUpdate as Rule<[KubernetesObject, KubernetesObject]> | undefined,
      ),
    },
    servedForm: { of: stored, toServed, toStored } as unknown as ServedForm,
  };
}

type Rule<Arguments extends unknown[]> = (...objects: Arguments) => FieldError[];

function both<Arguments extends unknown[]>(
  first: Rule<Arguments> | undefined,
  second: Rule<Arguments> | undefined,
): Rule<Arguments> | undefined {
  if (!first || !second) return first ?? second;
  return (...objects) => [...first(...objects), ...second(...objects)];
}
