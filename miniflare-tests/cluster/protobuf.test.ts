import { Agent, request as httpsRequest } from 'node:https';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  decodeKubernetesProtobuf,
  encodeKubernetesProtobuf,
  protobufMediaType,
} from '../../control-plane/apiserver/protobuf/envelope.ts';
import { startCluster, type TestCluster } from '../../testing/index.ts';
import { createKubectl } from './kubectl.ts';

let cluster: TestCluster;
let agent: Agent;
const configMaps = '/api/v1/namespaces/default/configmaps';

beforeAll(async () => {
  cluster = await startCluster();
  agent = new Agent({ ca: cluster.ca, keepAlive: false });
});

afterAll(async () => {
  agent.destroy();
  await cluster.stop();
});

interface Reply {
  status: number;
  type: string;
  bytes: Buffer;
}

interface Call {
  method?: string;
  accept: string;
  body?: Uint8Array;
  /** Reads until there are this many bytes, of a stream that does not end. */
  until?: (bytes: Buffer) => boolean;
}

function call(path: string, { method = 'GET', accept, body, until }: Call): Promise<Reply> {
  return new Promise((resolve, reject) => {
    const headers = {
      authorization: `Bearer ${cluster.token}`,
      accept,
      ...(body ? { 'content-type': protobufMediaType, 'content-length': body.byteLength } : {}),
    };
    const request = httpsRequest(`${cluster.url}${path}`, { method, headers, agent, timeout: 20_000 }, (response) => {
      let bytes: Buffer = Buffer.alloc(0);
      const done = () =>
        resolve({ status: response.statusCode ?? 0, type: response.headers['content-type'] ?? '', bytes });
      response.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]);
        if (!until?.(bytes)) return;
        done();
        request.destroy();
      });
      response.once('end', done);
      response.once('error', reject);
    });
    request.once('timeout', () => request.destroy(new Error(`${path}: no answer in time`)));
    request.once('error', reject);
    request.end(body);
  });
}

const typed = `${protobufMediaType},application/json`;

it('typed clients write, read and list in protobuf', async () => {
  const object = { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'a' }, data: { key: 'ä' } };
  const created = await call(configMaps, { method: 'POST', accept: typed, body: encodeKubernetesProtobuf(object) });
  expect(created).toMatchObject({ status: 201, type: protobufMediaType });
  const read = await call(`${configMaps}/a`, { accept: typed });
  expect(read.bytes).toEqual(created.bytes);
  const json = JSON.parse((await call(`${configMaps}/a`, { accept: 'application/json' })).bytes.toString());
  expect(decodeKubernetesProtobuf(read.bytes)).toEqual(json);

  const list = decodeKubernetesProtobuf((await call(configMaps, { accept: typed })).bytes);
  const inJson = JSON.parse((await call(configMaps, { accept: 'application/json' })).bytes.toString());
  expect(list).toEqual(inJson);
});

it('says in protobuf what is wrong', async () => {
  const { status, type, bytes } = await call(`${configMaps}/nobody`, { accept: typed });
  expect({ status, type }).toEqual({ status: 404, type: protobufMediaType });
  expect(decodeKubernetesProtobuf(bytes)).toMatchObject({
    kind: 'Status',
    code: 404,
    message: 'configmaps "nobody" not found',
  });
});

it('metadata clients get PartialObjectMetadata in protobuf, for every kind', async () => {
  const accept = `${protobufMediaType};as=PartialObjectMetadataList;g=meta.k8s.io;v=v1`;
  const { type, bytes } = await call('/api/v1/namespaces', { accept });
  expect(type).toBe(protobufMediaType);
  const list = decodeKubernetesProtobuf(bytes);
  expect(list).toMatchObject({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' });
  const names = (list.items as { metadata: { name: string } }[]).map(({ metadata }) => metadata.name);
  expect(names).toEqual(expect.arrayContaining(['default', 'kube-system']));
});

it('a watch in protobuf is a stream of frames', async () => {
  const accept = `${protobufMediaType};stream=watch`;
  const complete = (bytes: Buffer) => bytes.length >= 4 && bytes.length >= 4 + bytes.readUInt32BE(0);
  const path = `${configMaps}?watch=true&fieldSelector=metadata.name=a`;
  const { status, type, bytes } = await call(path, { accept, until: complete });
  expect({ status, type }).toEqual({ status: 200, type: `${protobufMediaType};stream=watch` });
  const event = bytes.subarray(4, 4 + bytes.readUInt32BE(0));
  expect(event.subarray(0, 7)).toEqual(Buffer.from('\n\x05ADDED'));
  const object = decodeKubernetesProtobuf(event.subarray(event.indexOf(Buffer.from('k8s\0'))));
  expect(object).toMatchObject({ kind: 'ConfigMap', metadata: { name: 'a' }, data: { key: 'ä' } });
});

it('who takes neither JSON, YAML nor protobuf is told what there is', async () => {
  const { status, bytes } = await call(`${configMaps}/a`, { accept: 'text/html' });
  expect(status).toBe(406);
  expect(JSON.parse(bytes.toString())).toMatchObject({
    reason: 'NotAcceptable',
    message:
      'only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf',
  });
});

it('the Go client of kubectl reads it', async () => {
  const kubectl = createKubectl(cluster.kubeconfigPath);
  const { stderr, stdout, code } = await kubectl(['describe', 'namespace', 'default', '-v=8']);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringMatching(/Name: +default/) });
  expect(stderr).toMatch(/Accept: application\/vnd.kubernetes.protobuf/i);
  expect(stderr).toMatch(/Content-Type: application\/vnd.kubernetes.protobuf/i);
});
