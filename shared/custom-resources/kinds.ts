import { goPrint } from '../api/go-format.ts';
import type { KubernetesObject } from '../api/object.ts';
import { isTrue } from '../kinds/custom-resource-definition/conditions.ts';
import type {
  CustomResourceDefinition,
  CustomResourceVersion,
  SelectableField,
} from '../kinds/custom-resource-definition/types.ts';
import { apiVersionOf, type KindDefinition } from '../kinds/define-kind.ts';
import { printerColumns } from './columns.ts';
import type { CompiledSchema } from './compiled.ts';
import { fieldNames, valueAt } from './field-values.ts';
import { scaleSpecOf } from './scale.ts';
import { storedForm } from './stored-form.ts';
import { customStrategy } from './strategy.ts';
import { deprecationWarning } from './versions.ts';

/** Finds the compiled schema of a version of a definition; undefined when it has no such version (any more). */
export type SchemaSource = (definition: string, version: string) => CompiledSchema | undefined;

/**
 * The kinds that a definition adds: one for each version that is served, the stored one last. They hold little; their
 * schemas are asked for when they are needed. None as long as the names of the definition are not accepted.
 */
export function customKinds(definition: CustomResourceDefinition, schemas: SchemaSource): KindDefinition[] {
  if (!isTrue(definition, 'NamesAccepted') && !isTrue(definition, 'Established')) return [];
  const served = definition.spec.versions.filter((version) => version.served || version.storage);
  return served
    .sort((a, b) => Number(a.storage) - Number(b.storage))
    .map((version) => customKind(definition, version, schemas));
}

function customKind(
  definition: CustomResourceDefinition,
  version: CustomResourceVersion,
  schemas: SchemaSource,
): KindDefinition {
  const { spec, metadata } = definition;
  const { group } = spec;
  const names = definition.status?.acceptedNames ?? spec.names;
  const { plural, kind, singular = '', listKind, shortNames, categories } = names;
  const name = metadata.name ?? '';
  const isTerminating = isTrue(definition, 'Terminating');
  const { subresources = {} } = version;
  const compiled = (): CompiledSchema => {
    const found = schemas(name, version.name);
    if (!found) throw new Error(`definition ${name} has no schema of version ${version.name}`);
    return found;
  };
  const apiVersion = apiVersionOf({ group, version: version.name });
  const storage = spec.versions.find((one) => one.storage) ?? version;
  const warning = deprecationWarning(spec, version);
  const webhook = spec.conversion?.strategy === 'Webhook' ? spec.conversion.webhook : undefined;
  return {
    group,
    version: version.name,
    kind,
    plural,
    singular,
    scope: spec.scope === 'Cluster' ? 'Cluster' : 'Namespaced',
    ...(shortNames?.length ? { shortNames } : {}),
    ...(categories?.length ? { categories } : {}),
    ...(warning === undefined ? {} : { deprecationWarning: warning }),
    get schema() {
      return compiled().model;
    },
    hasGeneration: true,
    requiresResourceVersion: true,
    allowPlainFinalizers: true,
    subresources: {
      ...(subresources.status ? { status: true } : {}),
      ...(subresources.scale ? { scale: scaleSpecOf(subresources.scale) } : {}),
    },
    strategy: customStrategy({ group, plural, subresources, isTerminating, compiled }),
    columns: printerColumns(version.additionalPrinterColumns),
    selectableFields: selectableFields(version.selectableFields ?? []),
    custom: {
      definition: name,
      isServed: version.served,
      isTerminating,
      fingerprint: `${metadata.uid}/${metadata.generation}`,
      get openAPIV3Schema() {
        return compiled().schema;
      },
      printerColumns: version.additionalPrinterColumns ?? [],
      listKind: listKind ?? `${kind}List`,
      isStorage: version.storage,
      ...(webhook ? { webhook } : {}),
      stored: storedForm({
        apiVersion,
        storageVersion: apiVersionOf({ group, version: storage.name }),
        kind,
        byWebhook: webhook !== undefined,
        revision: Number(metadata.resourceVersion ?? 0),
        compiled: (wanted) => schemas(name, wanted.slice(group.length + 1)),
      }),
    },
  };
}

function selectableFields(
  fields: readonly SelectableField[],
): Readonly<Record<string, (object: KubernetesObject) => string>> {
  return Object.fromEntries(
    fields.map(({ jsonPath }) => {
      const names = fieldNames(jsonPath);
      const read = (object: KubernetesObject) => {
        const value = valueAt(object, names);
        return value === undefined || value === null ? '' : goPrint(value);
      };
      return [names.join('.'), read];
    }),
  );
}
