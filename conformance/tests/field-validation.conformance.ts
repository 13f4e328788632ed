import { expect } from 'vitest';
import { type Conformance, conforms } from '../harness/conforms.ts';
import { kinds } from '../harness/kinds.ts';
import { aDeployment } from '../harness/pods.ts';
import { refused } from '../harness/wait.ts';

const invalid = { code: 400, reason: 'BadRequest' };

/** What a Deployment with fields of no meaning and a field that is there twice is, as text: an object could not hold it. */
function twice(name: string): string {
  const { metadata, spec } = aDeployment(name, 2);
  const { replicas: _, ...rest } = spec;
  const text = JSON.stringify({
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { unknownField: 'unknown', ...rest },
  });
  return text.replace('"spec":{', '"spec":{"replicas":2,"replicas":3,');
}

const post = (t: Conformance, body: unknown, fieldValidation: string) =>
  t.api.ask('POST', t.resource(kinds.deployment).path, { body, query: { fieldValidation } });

conforms('Server side field validation, typed object', async (t) => {
  const path = t.resource(kinds.deployment).path;
  await refused(post(t, twice('strict'), 'Strict'), {
    ...invalid,
    message: 'strict decoding error: unknown field "spec.unknownField", duplicate field "spec.replicas"',
  });
  const warned = await t.api.send('POST', path, { body: twice('warn'), query: { fieldValidation: 'Warn' } });
  expect(warned.status).toBe(201);
  expect(warned.headers.get('warning')).toBe(
    '299 - "unknown field \\"spec.unknownField\\"", 299 - "duplicate field \\"spec.replicas\\""',
  );
  const ignored = await t.api.send('POST', path, { body: twice('ignore'), query: { fieldValidation: 'Ignore' } });
  expect(ignored.status).toBe(201);
  expect(ignored.headers.get('warning')).toBeNull();

  await refused(apply(t, `${manifest}  unknownField: unknown\n`), {
    code: 400,
    message: `failed to create typed patch object (${t.namespace}/applied; apps/v1, Kind=Deployment): .spec.unknownField: field not declared in schema`,
  });
  await refused(apply(t, `${manifest}  replicas: 3\n`), {
    code: 400,
    message:
      'error strict decoding YAML: error converting YAML to JSON: yaml: unmarshal errors:\n  line 10: key "replicas" already set in map',
  });
});

const manifest = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: applied
spec:
  replicas: 2
  selector: {matchLabels: {app: applied}}
  template: {metadata: {labels: {app: applied}}, spec: {containers: [{name: main, image: "registry.example/app:1"}]}}
  paused: false
`;

const apply = (t: Conformance, body: string) =>
  t.api.ask('PATCH', `${t.resource(kinds.deployment).path}/applied`, {
    body,
    headers: { 'content-type': 'application/apply-patch+yaml' },
    query: { fieldManager: 'conformance', fieldValidation: 'Strict' },
  });

conforms('Server side field validation, typed unknown metadata', async (t) => {
  const { metadata, spec } = aDeployment('metadata', 1);
  const atRoot = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { ...metadata, unknownMeta: 'unknown' }, spec };
  await refused(post(t, atRoot, 'Strict'), {
    ...invalid,
    message: 'strict decoding error: unknown field "metadata.unknownMeta"',
  });
  const inTemplate = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata,
    spec: { ...spec, template: { ...spec.template, metadata: { ...spec.template.metadata, unknownMeta: 'unknown' } } },
  };
  await refused(post(t, inTemplate, 'Strict'), {
    ...invalid,
    message: 'strict decoding error: unknown field "spec.template.metadata.unknownMeta"',
  });
});
