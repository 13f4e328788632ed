// Written by scripts/generate-indexes.ts. Do not edit.
import endpoints from './endpoints.ts';
import replicationController from './replication-controller.ts';

export const builtInControllers = [
  endpoints,
  replicationController,
];
