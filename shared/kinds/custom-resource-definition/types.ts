import type { KubernetesObject } from '../../api/object.ts';
import type { JsonSchema } from '../../schema/structural/json-schema.ts';

/** `apiextensions.k8s.io/v1` as it is on the wire. The client package has its types with other names for extensions. */
export interface CustomResourceDefinition extends KubernetesObject {
  spec: CustomResourceDefinitionSpec;
  status?: CustomResourceDefinitionStatus;
}

export interface CustomResourceDefinitionSpec {
  group: string;
  names: CustomResourceNames;
  scope: string;
  versions: CustomResourceVersion[];
  conversion?: CustomResourceConversion;
  preserveUnknownFields?: boolean;
}

export interface CustomResourceNames {
  plural: string;
  kind: string;
  singular?: string;
  listKind?: string;
  shortNames?: string[];
  categories?: string[];
}

export interface CustomResourceVersion {
  name: string;
  served: boolean;
  storage: boolean;
  deprecated?: boolean;
  deprecationWarning?: string;
  schema?: { openAPIV3Schema?: JsonSchema };
  subresources?: CustomResourceSubresources;
  additionalPrinterColumns?: PrinterColumn[];
  selectableFields?: SelectableField[];
}

export interface CustomResourceSubresources {
  status?: object;
  scale?: CustomResourceScale;
}

export interface CustomResourceScale {
  specReplicasPath: string;
  statusReplicasPath: string;
  labelSelectorPath?: string;
}

export interface PrinterColumn {
  name: string;
  type: string;
  jsonPath: string;
  format?: string;
  description?: string;
  priority?: number;
}

export interface SelectableField {
  jsonPath: string;
}

export interface CustomResourceConversion {
  strategy: string;
  webhook?: ConversionWebhook;
}

export interface ConversionWebhook {
  clientConfig?: WebhookClientConfig;
  conversionReviewVersions?: string[];
}

export interface WebhookClientConfig {
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  /** Base64 of PEM. */
  caBundle?: string;
}

export interface CustomResourceDefinitionStatus {
  acceptedNames?: CustomResourceNames;
  conditions?: DefinitionCondition[];
  storedVersions?: string[];
  observedGeneration?: number;
}

export interface DefinitionCondition {
  type: string;
  status: 'True' | 'False' | 'Unknown';
  reason?: string;
  message?: string;
  lastTransitionTime?: string;
  observedGeneration?: number;
}
