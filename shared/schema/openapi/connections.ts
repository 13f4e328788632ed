import type { OtherSubresource } from '../../kinds/define-kind.ts';
import type { Context, DocumentedKind, Operation } from './operations.ts';
import { type Parameter, pathParameter, queryParameter } from './parameters.ts';

/** Of what is behind a proxy nothing is known, so that it may take any of them. */
const methods = ['delete', 'get', 'head', 'options', 'patch', 'post', 'put'] as const;

const typeFields = new Set(['apiVersion', 'kind']);

/** The operations of a subresource that is a connection to something else, at its path and, where they mean it, below. */
export function connectionOperations(
  kind: DocumentedKind,
  { name, context, prefix }: { name: string; context: Context; prefix: string },
  other: OtherSubresource,
): Operation[] {
  const [, ...rest] = context.parameters;
  const parameters = [pathParameter('name', `name of the ${other.kind}`), ...rest];
  const options = queryOf(other);
  const at = (path: string, suffix: string, own: Parameter[]): Operation[] =>
    methods.map((method) => ({
      path,
      method,
      action: 'connect',
      id: `connect${prefix}${method.charAt(0).toUpperCase()}${method.slice(1)}${context.suffix.slice(prefix.length)}${suffix}`,
      description: `connect ${method.toUpperCase()} requests to ${name} of ${kind.kind}`,
      kind: { group: other.group ?? kind.group, kind: other.kind, version: other.version ?? kind.version },
      groupVersion: { group: kind.group, version: kind.version },
      pathParameters: [...parameters, ...own, ...options],
    }));
  const below = pathParameter('path', 'path to the resource');
  return [...at(context.path, '', []), ...at(`${context.path}/{path}`, 'WithPath', [below])];
}

/** The options of a connection are its query. */
function queryOf({ options, proxyTo }: OtherSubresource): Parameter[] {
  return Object.keys(options?.fields ?? {})
    .filter((field) => !typeFields.has(field))
    .map((field) => queryParameter(field, 'string', `What to ask the ${proxyTo} for.`));
}
