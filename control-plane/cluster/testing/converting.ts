import { CustomCluster, cronTabsPath } from './custom-resources.ts';
import { ClusterFixture } from './fixture.ts';

/** A CronTab of either version. */
export interface Converted {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels?: Record<string, string> };
  hostPort?: string;
  host?: string;
  port?: string;
}

export const v1Path = cronTabsPath;
export const v2Path = cronTabsPath.replace('/v1/', '/v2/');

export const aV1 = (name: string, hostPort: string) => ({
  apiVersion: 'stable.example.com/v1',
  kind: 'CronTab',
  metadata: { name },
  hostPort,
});

/** A cluster with CronTabs of two versions, of which v1 is stored, and the webhook that converts them. */
export class ConvertingCluster extends CustomCluster {
  /** How many objects each review had. */
  readonly asked: number[] = [];

  static override async create(): Promise<ConvertingCluster> {
    const cluster = new ConvertingCluster(await ClusterFixture.create());
    cluster.fixture.outside = async ({ body }) => cluster.answer(body);
    const conversion = {
      strategy: 'Webhook',
      webhook: { clientConfig: { url: 'https://hook.example.com/convert' }, conversionReviewVersions: ['v1'] },
    };
    const versions = [
      version('v1', { hostPort: text }, { storage: true }),
      version('v2', { host: text, port: text }, { storage: false, selectableFields: [{ jsonPath: '.host' }] }),
    ];
    await cluster.define({}, { conversion, versions });
    return cluster;
  }

  /** What the webhook says, and what a lying one makes of that. */
  answer(body: string, lie: (review: Review) => object = (review) => review): Response {
    const { request } = JSON.parse(body) as {
      request: { uid: string; desiredAPIVersion: string; objects: Converted[] };
    };
    this.asked.push(request.objects.length);
    const review: Review = {
      uid: request.uid,
      convertedObjects: request.objects.map((object) => convert(object, request.desiredAPIVersion)),
      result: { status: 'Success' },
    };
    return Response.json({
      apiVersion: 'apiextensions.k8s.io/v1',
      kind: 'ConversionReview',
      response: lie(review),
    });
  }
}

/** The `response` of a ConversionReview. */
interface Review {
  uid: string;
  convertedObjects: Converted[];
  result: { status: string; message?: string };
}

const text = { type: 'string' };

function version(name: string, properties: object, rest: object) {
  return { name, served: true, schema: { openAPIV3Schema: { type: 'object', properties } }, ...rest };
}

/** `hostPort` in v1 is `host` and `port` in v2. */
function convert(object: Converted, apiVersion: string): Converted {
  const { hostPort, host, port, ...rest } = object;
  const metadata = { ...rest.metadata, labels: { ...rest.metadata.labels, converted: 'yes' } };
  if (apiVersion.endsWith('/v1')) return { ...rest, metadata, apiVersion, hostPort: `${host}:${port}` };
  const [newHost, newPort] = (hostPort ?? '').split(':');
  return { ...rest, metadata, apiVersion, host: newHost!, port: newPort! };
}
