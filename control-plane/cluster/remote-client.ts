import { fromStatus, StatusError } from '../../shared/api/errors.ts';
import type { Status } from '../../shared/api/object.ts';
import type { ClusterClient } from '../client.ts';

type Method = keyof ClusterClient;

/** The client as another object offers it over RPC. */
export interface RemoteClientPort {
  call(method: Method, args: unknown[]): Promise<RemoteAnswer>;
}

/** `value` or a `metav1.Status`: an error class does not survive the way between objects. */
export interface RemoteAnswer {
  value?: unknown;
  status?: Status;
}

/** A client whose cluster is in another object. What the other end throws is thrown here. */
export function createRemoteClient(port: RemoteClientPort): ClusterClient {
  const call = async <T>(method: Method, ...args: unknown[]): Promise<T> => {
    const { value, status } = await port.call(method, args);
    if (status) throw fromStatus(status);
    return value as T;
  };
  return {
    get: (key) => call('get', key),
    list: (query) => call('list', query),
    changes: (query) => call('changes', query),
    write: (operations, options) => call('write', operations, options ?? {}),
    isAllowed: (user, attributes) => call('isAllowed', user, attributes),
    sign: (statement) => call('sign', statement),
    clientAuthorities: () => call('clientAuthorities'),
    checkApi: (apiService) => call('checkApi', apiService),
    context: (query) => call('context', query),
    locate: (destination) => call('locate', destination),
  };
}

/** The other end of `createRemoteClient`. */
export async function answerRemote(client: ClusterClient, method: Method, args: unknown[]): Promise<RemoteAnswer> {
  try {
    const run = client[method] as (...rest: unknown[]) => Promise<unknown>;
    return { value: await run(...args) };
  } catch (error) {
    if (error instanceof StatusError) return { status: error.toStatus() };
    throw error;
  }
}
