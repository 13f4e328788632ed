import { type FunctionTable, functionTable, type Overload } from './functions.ts';
import { authorizers } from './library/authorizer.ts';
import { conversions } from './library/conversions.ts';
import { formats } from './library/formats.ts';
import { jsonPatchFunctions } from './library/json-patch.ts';
import { lists } from './library/lists.ts';
import { network } from './library/network.ts';
import { operators } from './library/operators.ts';
import { optionals } from './library/optionals.ts';
import { quantities } from './library/quantities.ts';
import { regexes } from './library/regexes.ts';
import { semvers } from './library/semvers.ts';
import { sets } from './library/sets.ts';
import { strings } from './library/strings.ts';
import { urls } from './library/urls.ts';
import type { CelType, ObjectType } from './types.ts';

/** What an expression can speak of. */
export interface Environment {
  readonly variables: Readonly<Record<string, CelType>>;
  readonly functions: FunctionTable;
  /** `cel.bind(name, value, expression)` gives a value a name. */
  readonly bindings?: boolean;
  /** Object types that an expression can make: `Object.spec{...}`. */
  type(name: string): ObjectType | undefined;
}

export interface EnvironmentOptions {
  variables: Readonly<Record<string, CelType>>;
  type?(name: string): ObjectType | undefined;
  /** `jsonpatch.escapeKey`. */
  jsonPatch?: boolean;
  /** `cel.bind`. */
  bindings?: boolean;
}

let kubernetesFunctions: readonly Overload[] | undefined;
const tables = new Map<boolean, FunctionTable>();

function functions(jsonPatch: boolean): FunctionTable {
  const known = tables.get(jsonPatch);
  if (known) return known;
  kubernetesFunctions ??= [
    ...[operators, conversions, strings, lists, sets, regexes, optionals],
    ...[quantities, network, semvers, urls, formats, authorizers],
  ].flat();
  const table = functionTable(kubernetesFunctions, jsonPatch ? jsonPatchFunctions : []);
  tables.set(jsonPatch, table);
  return table;
}

/** The language with all of Kubernetes' libraries and these variables. */
export function createEnvironment({
  variables,
  type,
  jsonPatch = false,
  bindings = false,
}: EnvironmentOptions): Environment {
  return { variables, bindings, functions: functions(jsonPatch), type: type ?? (() => undefined) };
}
