import { StatusError } from '../../../shared/api/errors.ts';
import { parseFieldSelector } from '../../../shared/api/selectors.ts';
import { checkPathSegmentName } from '../../../shared/api/validation.ts';
import type { RequestAttributes, ResourceAttributes } from '../auth/authorize.ts';
import type { RequestInfo, ResourceRequest } from './request-info.ts';

/** A request as roles and audit policies see it. */
export function attributesOf(info: ResourceRequest, query: URLSearchParams): ResourceAttributes;
export function attributesOf(info: RequestInfo, query: URLSearchParams): RequestAttributes;
export function attributesOf(info: RequestInfo, query: URLSearchParams): RequestAttributes {
  if (!info.isResource) return { verb: info.verb, path: info.path };
  const { verb, group, resource, subresource, namespace, name } = info;
  return {
    verb: verb === 'unsupported' ? '' : verb,
    group,
    resource,
    subresource,
    // A namespace is in itself: a role in it may let its members look at it.
    namespace: namespace === '' && resource === 'namespaces' ? name : namespace,
    name: name || selectedName(info, query),
  };
}

/** To list or watch the one object of a name is to ask for that object: roles may name it. */
function selectedName({ verb }: ResourceRequest, query: URLSearchParams): string {
  const selector = query.get('fieldSelector');
  if (!selector || (verb !== 'list' && verb !== 'watch')) return '';
  try {
    const name = parseFieldSelector(selector).exactValue('metadata.name') ?? '';
    return checkPathSegmentName(name).length === 0 ? name : '';
  } catch (error) {
    // Whoever reads the selector for its own sake says what is wrong with it.
    if (error instanceof StatusError) return '';
    throw error;
  }
}
