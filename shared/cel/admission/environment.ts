import { createEnvironment, type Environment } from '../environment.ts';
import { AUTHORIZER, RESOURCE_CHECK } from '../library/authorizer.ts';
import {
  BOOL,
  type CelField,
  type CelType,
  DYN,
  INT,
  listOf,
  mapOf,
  type ObjectType,
  objectType,
  STRING,
  TIMESTAMP,
} from '../types.ts';
import { patchType } from './patch-types.ts';

function fields(types: Readonly<Record<string, CelType>>): Record<string, CelField> {
  return Object.fromEntries(Object.entries(types).map(([name, type]) => [name, { type }]));
}

const groupVersionKind = objectType(
  'kubernetes.GroupVersionKind',
  fields({ group: STRING, version: STRING, kind: STRING }),
);

const groupVersionResource = objectType(
  'kubernetes.GroupVersionResource',
  fields({ group: STRING, version: STRING, resource: STRING }),
);

const userInfo = objectType(
  'kubernetes.UserInfo',
  fields({ username: STRING, uid: STRING, groups: listOf(STRING), extra: mapOf(STRING, listOf(STRING)) }),
);

/** Type of the variable `request`: an AdmissionRequest without its objects, which are variables of their own. */
export const REQUEST: ObjectType = objectType(
  'kubernetes.AdmissionRequest',
  fields({
    ...{ kind: groupVersionKind, resource: groupVersionResource, subResource: STRING },
    ...{ requestKind: groupVersionKind, requestResource: groupVersionResource, requestSubResource: STRING },
    ...{ name: STRING, namespace: STRING, operation: STRING, userInfo, dryRun: BOOL, options: DYN },
  }),
);

const namespaceCondition = objectType(
  'kubernetes.NamespaceCondition',
  fields({ status: STRING, type: STRING, lastTransitionTime: TIMESTAMP, message: STRING, reason: STRING }),
);

const namespaceMetadata = objectType(
  'kubernetes.NamespaceMetadata',
  fields({
    ...{ name: STRING, generateName: STRING, namespace: STRING, UID: STRING, resourceVersion: STRING },
    ...{ labels: mapOf(STRING, STRING), annotations: mapOf(STRING, STRING), finalizers: listOf(STRING) },
    ...{ creationTimestamp: TIMESTAMP, deletionTimestamp: TIMESTAMP },
    ...{ deletionGracePeriodSeconds: INT, generation: INT },
  }),
);

/** Type of the variable `namespaceObject`. */
export const NAMESPACE: ObjectType = objectType(
  'kubernetes.Namespace',
  fields({
    metadata: namespaceMetadata,
    spec: objectType('kubernetes.NamespaceSpec', fields({ finalizers: listOf(STRING) })),
    status: objectType('kubernetes.NamespaceStatus', fields({ conditions: listOf(namespaceCondition), phase: STRING })),
  }),
);

export interface AdmissionEnvironmentOptions {
  /** There is a `params`. */
  params?: boolean;
  /** There is an `authorizer`. */
  authorizer?: boolean;
  /** Expressions can make `Object{}` and `JSONPatch{}`. */
  patches?: boolean;
  /** Type of the variable `variables`: what a policy's own variables are. */
  variables?: ObjectType;
  /** Types of `object`, `oldObject` and `params` where they are known. */
  types?: { object?: CelType; params?: CelType };
}

/** What expressions of policies and match conditions can speak of. */
export function admissionEnvironment(options: AdmissionEnvironmentOptions): Environment {
  const { params, authorizer, patches = false, variables, types = {} } = options;
  const { object = DYN } = types;
  return createEnvironment({
    variables: {
      ...{ object, oldObject: object, request: REQUEST, namespaceObject: NAMESPACE },
      ...(params ? { params: types.params ?? DYN } : {}),
      ...(authorizer ? { authorizer: AUTHORIZER, 'authorizer.requestResource': RESOURCE_CHECK } : {}),
      ...(variables ? { variables } : {}),
    },
    jsonPatch: patches,
    ...(patches ? { type: patchType } : {}),
  });
}
