import { apiOperations } from '../harness/api-operations.ts';
import { conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';

conforms('Ingress API', async (t) => {
  await apiOperations(t, {
    kind: kinds.ingress,
    draft: () => ({
      spec: { defaultBackend: { service: { name: 'default-backend', port: { name: '', number: 8080 } } } },
    }),
    statuses: [
      { loadBalancer: { ingress: [{ ip: '169.1.1.1' }] } },
      { loadBalancer: { ingress: [{ ip: '169.1.1.2' }] } },
    ],
  });
});

conforms('IngressClass API', async (t) => {
  await apiOperations(t, {
    kind: kinds.ingressClass,
    draft: () => ({ spec: { controller: 'example.com/controller' } }),
  });
});
