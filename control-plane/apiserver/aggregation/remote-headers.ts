import type { UserInfo } from '../registry/registry.ts';

/** By which an aggregated API is told whose request it is, once this one has authenticated it. */
export function remoteHeaders({ name, uid, groups, extra = {} }: UserInfo): [string, string][] {
  return [
    ['X-Remote-User', name],
    ...(uid ? [['X-Remote-Uid', uid] as [string, string]] : []),
    ...groups.map((group): [string, string] => ['X-Remote-Group', group]),
    ...Object.entries(extra).flatMap(([key, values]) =>
      values.map((value): [string, string] => [`X-Remote-Extra-${encodeURIComponent(key.toLowerCase())}`, value]),
    ),
  ];
}
