import { Hono } from 'hono';
import { badRequest, notFound, StatusError, unauthorized } from '../../../shared/api/errors.ts';
import { isJsonObject } from '../../../shared/api/json.ts';
import type { ClusterSettings } from '../../../shared/kinds/define-kind.ts';
import { parseSettings } from '../../settings.ts';
import { hashToken, sameHash } from '../auth/credentials.ts';

export interface ClusterInfo {
  name: string;
  /** RFC 3339. */
  createdAt: string;
}

/** The clusters of a deployment. */
export interface ClusterAdmin {
  list(): Promise<ClusterInfo[]>;
  get(name: string): Promise<ClusterInfo | undefined>;
  /**
   * Creates the cluster and returns its administrator's token; with `rotate`, gives an existing one a new token (the old
   * one stops working). Undefined when it exists and `rotate` is not set.
   */
  create(name: string, options: { settings: Partial<ClusterSettings>; rotate: boolean }): Promise<string | undefined>;
  /** Deletes everything of the cluster; false when there is none of that name. */
  delete(name: string): Promise<boolean>;
}

export interface AdminDeps {
  clusterAdmin: ClusterAdmin;
  /** SHA-256 of the deployment's administrator token, hex; without one nobody is let in. */
  adminTokenHash: string | undefined;
}

const namePattern = /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/;

/** `/fairlead/v1/clusters`: for the administrator of the deployment alone. */
export function adminRoutes({ clusterAdmin, adminTokenHash }: AdminDeps): Hono {
  const app = new Hono();
  app.use(async ({ req }, next) => {
    const token = /^bearer +(\S+)$/i.exec(req.header('authorization') ?? '')?.[1];
    if (!token || !adminTokenHash || !sameHash(hashToken(token), adminTokenHash.toLowerCase())) throw unauthorized();
    await next();
  });

  app.get('/', async (context) => context.json({ items: await clusterAdmin.list() }));

  app.get('/:name', async (context) => {
    const name = context.req.param('name');
    const found = await clusterAdmin.get(name);
    if (!found) throw notFound({ resource: 'clusters', name });
    return context.json(found);
  });

  app.post('/', async (context) => {
    const { name, settings } = await readBody(context.req.raw);
    const rotate = context.req.query('rotate') === 'true';
    const adminToken = await clusterAdmin.create(name, { settings, rotate });
    if (adminToken === undefined) {
      throw new StatusError('AlreadyExists', `clusters "${name}" already exists`, { name, kind: 'clusters' });
    }
    return context.json({ name, adminToken }, 201);
  });

  app.delete('/:name', async (context) => {
    const name = context.req.param('name');
    if (!(await clusterAdmin.delete(name))) throw notFound({ resource: 'clusters', name });
    return context.json({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success' });
  });
  return app;
}

async function readBody(request: Request): Promise<{ name: string; settings: Partial<ClusterSettings> }> {
  const body: unknown = await request.json().catch(() => undefined);
  if (!isJsonObject(body)) throw badRequest('the body of the request must be a JSON object');
  const { name, settings } = body;
  if (typeof name !== 'string' || !namePattern.test(name)) {
    throw badRequest(
      `name: Invalid value: ${JSON.stringify(name ?? '')}: a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character`,
    );
  }
  return { name, settings: parseSettings(settings ?? {}) };
}
