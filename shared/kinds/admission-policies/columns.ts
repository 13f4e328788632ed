import type {
  MutatingAdmissionPolicy,
  MutatingAdmissionPolicyBinding,
  ValidatingAdmissionPolicy,
  ValidatingAdmissionPolicyBinding,
} from '../../api/object.ts';
import { labelSelectorFromObject } from '../../api/selectors.ts';
import type { TableColumn } from '../define-kind.ts';
import { ageColumn, nameColumn } from '../printing/columns.ts';

type Policy = ValidatingAdmissionPolicy | MutatingAdmissionPolicy;
type Binding = ValidatingAdmissionPolicyBinding | MutatingAdmissionPolicyBinding;

/** `rules.example.com/v1/ReplicaLimit` */
export function paramKindColumn<T extends Policy>(): TableColumn<T> {
  return {
    name: 'ParamKind',
    type: 'string',
    description: 'ParamKind specifies the kind of resources used to parameterize this policy',
    cell({ spec }) {
      const kind = spec?.paramKind;
      return kind ? `${kind.apiVersion}/${kind.kind}` : '<unset>';
    },
  };
}

export function bindingColumns<T extends Binding>(): TableColumn<T>[] {
  return [
    nameColumn(),
    {
      name: 'PolicyName',
      type: 'string',
      description: 'PolicyName indicates the policy definition which the policy binding binded to',
      cell: ({ spec }) => spec?.policyName ?? '',
    },
    {
      name: 'ParamRef',
      type: 'string',
      description: 'ParamRef indicates the param resource which sets the configuration param',
      cell: showParamRef,
    },
    ageColumn(),
  ];
}

function showParamRef({ spec }: Binding): string {
  const { name, namespace, selector } = spec?.paramRef ?? {};
  if (name) return `${namespace || '*'}/${name}`;
  return selector ? labelSelectorFromObject(selector).toString() : '<unset>';
}
