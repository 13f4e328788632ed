/** ConfigMaps of one size and what is asked about them, of ours and of a bare object. */
import type { RequestTemplate } from '../../load/job.ts';

export const sizesNamespace = 'bench-sizes';
const collection = `/api/v1/namespaces/${sizesNamespace}/configmaps`;

/** Of a value. */
const valueBytes = 1_000;

/** Values of a kilobyte, as many as it takes. */
function configMap(bytes: number, name: string, more: Record<string, string> = {}): string {
  const value = 'listen 8080; '.repeat(100).slice(0, valueBytes - 20);
  const keys = Array.from({ length: Math.max(1, Math.round(bytes / valueBytes)) }, (_, index) => [
    `key-${index}`,
    value,
  ]);
  const metadata = { name, labels: { app: 'bench' } };
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { ...Object.fromEntries(keys), ...more },
  });
}

export interface Operation {
  id: string;
  title: string;
  ours(bytes: number): RequestTemplate;
  bare(bytes: number): RequestTemplate;
}

const named = (bytes: number, place: string) => `size-${bytes}-${place}`;
const label = JSON.stringify({ metadata: { labels: { changed: 'to-{sequence}' } } });

function patch(contentType: string, body: string) {
  return (bytes: number): RequestTemplate => ({
    method: 'PATCH',
    path: `${collection}/${named(bytes, '{index}')}`,
    contentType,
    body,
  });
}

const bareObject = (bytes: number, place: string) => `/grouped/objects/${named(bytes, place)}`;
const bareCreate = (bytes: number, place: string): RequestTemplate => ({
  method: 'POST',
  path: bareObject(bytes, place),
  body: configMap(bytes, named(bytes, place)),
});
const barePatch = (bytes: number): RequestTemplate => ({
  method: 'PATCH',
  path: bareObject(bytes, '{index}'),
  body: label,
});

export const create: Operation = {
  id: 'create',
  title: 'create',
  ours: (bytes) => ({ method: 'POST', path: collection, body: configMap(bytes, named(bytes, 'new-{sequence}')) }),
  bare: (bytes) => bareCreate(bytes, 'new-{sequence}'),
};

export const operations: readonly Operation[] = [
  create,
  {
    id: 'get',
    title: 'get',
    ours: (bytes) => ({ method: 'GET', path: `${collection}/${named(bytes, '{index}')}` }),
    bare: (bytes) => ({ method: 'GET', path: bareObject(bytes, '{index}') }),
  },
  { id: 'merge', title: 'merge patch of a label', ours: patch('application/merge-patch+json', label), bare: barePatch },
  {
    id: 'strategic',
    title: 'strategic merge patch of a label',
    ours: patch('application/strategic-merge-patch+json', label),
    bare: barePatch,
  },
  {
    id: 'json',
    title: 'JSON patch of a label',
    ours: patch(
      'application/json-patch+json',
      JSON.stringify([{ op: 'add', path: '/metadata/labels/changed', value: 'to-{sequence}' }]),
    ),
    bare: barePatch,
  },
  {
    id: 'apply',
    title: 'server-side apply of all of it',
    ours: (bytes) => ({
      method: 'PATCH',
      path: `${collection}/${named(bytes, '{index}')}?fieldManager=bench&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: configMap(bytes, named(bytes, '{index}'), { turn: '{sequence}' }),
    }),
    bare: (bytes) => bareCreate(bytes, '{index}'),
  },
];

/** What reads and changes go over. */
export const filling = {
  ours: (bytes: number): RequestTemplate => ({
    method: 'POST',
    path: collection,
    body: configMap(bytes, named(bytes, '{index}')),
  }),
  bare: (bytes: number) => bareCreate(bytes, '{index}'),
};

/** Creates whose events say when they were sent, and the watches that see them. */
export const watching = {
  ours: (bytes: number, after: string) => ({
    watch: { method: 'GET', path: `${collection}?watch=true&resourceVersion=${after}` },
    write: {
      method: 'POST',
      path: collection,
      body: configMap(bytes, named(bytes, 'timed-{sequence}'), { sent: '{time}' }),
    },
  }),
  bare: (bytes: number) => ({
    watch: { method: 'GET', path: '/grouped/watch' },
    write: {
      method: 'POST',
      path: bareObject(bytes, 'timed-{sequence}'),
      body: configMap(bytes, named(bytes, 'timed-{sequence}'), { sent: '{time}' }),
    },
  }),
};

export const listOne = `${collection}?limit=1`;
