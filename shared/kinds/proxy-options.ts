import type { ObjectSchema } from '../schema/model.ts';

/** What admission sees of a connection through `proxy`: PodProxyOptions and its like, which differ in nothing but the name. */
export const proxyOptions: ObjectSchema = {
  type: 'object',
  fields: {
    apiVersion: { schema: { type: 'string' } },
    kind: { schema: { type: 'string' } },
    path: { schema: { type: 'string' } },
  },
};
