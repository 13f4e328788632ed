import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { inject } from 'vitest';

/** The server that all tests share. */
export const server = inject('server');
// fetch has no setting of its own for whom to trust.
setDefaultCACertificates([...getCACertificates('default'), server.ca]);
