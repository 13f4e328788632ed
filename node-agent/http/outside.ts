import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isReachable } from '../../shared/protocol/reachable-address.ts';

/**
 * How somebody outside of the cluster is reached (rule P18). Throws for what is no business of the control plane's; a
 * name is judged by the address that is connected to, so that it cannot be another one by then.
 */
export function outsideOptions({ scheme, host }: { scheme: string; host: string }): { lookup: LookupFunction } {
  if (scheme !== 'https') throw new Error('outside of the cluster only https is spoken');
  if (isIP(host) && !isReachable(host)) throw notAllowed(host);
  return { lookup: reachableOnly(systemLookup) };
}

/** A lookup that leaves out what a node is not to be used to reach. */
export function reachableOnly(lookup: typeof systemLookup): LookupFunction {
  return (hostname, options, answer) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) {
        answer(error, '');
        return;
      }
      const allowed = found.filter(({ address }) => isReachable(address));
      const [first] = allowed;
      if (!first) answer(notAllowed(hostname), '');
      else if (options.all) answer(null, allowed);
      else answer(null, first.address, first.family);
    });
  };
}

function notAllowed(host: string): Error {
  return new Error(`address not allowed: ${JSON.stringify(host)} is the node itself or on its link alone`);
}
