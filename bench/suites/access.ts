import { join } from 'node:path';
import type { Figure } from '../figures.ts';
import { generate } from '../load/generator.ts';
import { startFairlead } from '../setup/fairlead-server.ts';
import { askJson, type Server } from '../setup/server.ts';
import type { Suite, SuiteContext } from '../suite.ts';
import { authorizerWith, decisionTime, users } from './access/decisions.ts';
import { createConfigMap, getConfigMap, namespace, readNamespace } from './api/requests.ts';

/** Bindings of others in the namespace. */
const bindings = 1_000;
const objects = 100;

export const accessSuite: Suite = {
  name: 'access',
  title: 'Authorization',
  needs: {},
  async run(context) {
    return { figures: [...decisions(context), ...(await requests(context))], remarks };
  },
};

const remarks = [
  `A decision alone is measured in Node, where a cluster has the roles that it starts with and ${bindings.toLocaleString('en-US')} RoleBindings of other users in the namespace. It asks nothing of the store: roles and bindings are followed in memory.`,
  'A request is measured on `fairlead server`: CPU of all threads of the server for one GET of a ConfigMap, by a ServiceAccount that a RoleBinding lets read, and by the administrator, whose group may do everything.',
];

function decisions({ progress }: SuiteContext): Figure[] {
  progress('decisions');
  const authorizer = authorizerWith(bindings);
  const floors = [{ name: 'system:masters', value: decisionTime(authorizer, users.admin) }];
  const figure = (id: string, title: string, value: number): Figure => ({ id, title, unit: 'us', value, floors });
  return [
    figure(
      'access.decision.user',
      'decision: allowed by a binding to the user',
      decisionTime(authorizer, users.viewer),
    ),
    figure(
      'access.decision.group',
      'decision: allowed by a binding to the third group',
      decisionTime(authorizer, users.member),
    ),
    figure('access.decision.refused', 'decision: refused', decisionTime(authorizer, users.stranger)),
  ];
}

async function requests({ folder, cleanup, progress }: SuiteContext): Promise<Figure[]> {
  progress('starting the server');
  const admin = await startFairlead(join(folder, 'server'));
  cleanup.defer(() => admin.stop());
  const reader = await prepare(admin);
  const cpuOf = async (server: Server) => {
    const target = { ...server, pid: admin.pid };
    const request = getConfigMap(readNamespace);
    const load = { kind: 'load', target, request, clients: 16, warmupMs: 1_000, durationMs: 4_000 } as const;
    return (await generate({ ...load, from: 0, count: objects }, admin.pid)).serverCpuMs * 1000;
  };
  progress('requests of an administrator');
  const byAdmin = await cpuOf(admin);
  progress('requests of a ServiceAccount');
  const byReader = await cpuOf(reader);
  const floors = [{ name: 'system:masters', value: byAdmin }];
  return [{ id: 'access.request', title: 'CPU of a GET that RBAC allows', unit: 'us', value: byReader, floors }];
}

/** Fills the namespace; the server as a ServiceAccount sees it. */
async function prepare(admin: Server): Promise<Server> {
  const post = <T>(path: string, body: object) => askJson<T>(admin, path, { method: 'POST', body });
  const rbac = `/apis/rbac.authorization.k8s.io/v1/namespaces/${readNamespace}/rolebindings`;
  const roleRef = { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' };
  const core = `/api/v1/namespaces/${readNamespace}`;
  await post('/api/v1/namespaces', namespace(readNamespace));
  const fill = { kind: 'load', clients: 16, warmupMs: 0, durationMs: 60_000, from: 0, requests: objects } as const;
  await generate({ ...fill, target: admin, request: createConfigMap(readNamespace) }, admin.pid);
  await post(`${core}/serviceaccounts`, { metadata: { name: 'reader' } });
  const subjects = [{ kind: 'ServiceAccount', name: 'reader', namespace: readNamespace }];
  await post(rbac, { metadata: { name: 'readers' }, roleRef, subjects });
  const issued = await post<{ status: { token: string } }>(`${core}/serviceaccounts/reader/token`, { spec: {} });
  return { ...admin, headers: { authorization: `Bearer ${issued.status.token}` } };
}
