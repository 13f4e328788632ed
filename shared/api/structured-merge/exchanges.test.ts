import { describe, expect, it } from 'vitest';
import { schemaFor } from '../../schema/registry.ts';
import { StatusError } from '../errors.ts';
import type { KubernetesObject, ManagedFieldsEntry } from '../object.ts';
import { applyUpdateManagers, serverSideApply } from './index.ts';
import captured from './kubernetes-exchanges.fixture.json' with { type: 'json' };

/** Requests to a real API server with the object before and the answer, in the order in which they were made. */
interface Exchange {
  title: string;
  type: 'apply' | 'update';
  manager: string;
  force: boolean;
  live?: KubernetesObject;
  sent: KubernetesObject;
  object?: KubernetesObject;
  error?: { message: string; reason: string; details: object; code: number };
}

const now = '2030-01-01T00:00:00Z';
const exchanges = captured as unknown as Exchange[];

/** The encoded fields by entry; times differ from run to run, and with them the order of the entries. */
function ownership(entries: ManagedFieldsEntry[] | undefined): Record<string, string> {
  return Object.fromEntries(
    (entries ?? []).map(({ manager, operation, apiVersion, fieldsV1 }) => [
      `${operation} ${manager} ${apiVersion}`,
      JSON.stringify(fieldsV1),
    ]),
  );
}

/** The server's defaults would come after the merge; what is compared here is what the merge decides. */
function withoutDefaults(object: KubernetesObject, applied: KubernetesObject): unknown {
  const pick = (value: unknown, model: unknown): unknown => {
    if (Array.isArray(value) && Array.isArray(model)) return value.map((item, index) => pick(item, model[index]));
    if (typeof value !== 'object' || value === null || typeof model !== 'object' || model === null) return value;
    const entries = Object.entries(value).filter(([key]) => key in model);
    return Object.fromEntries(entries.map(([key, item]) => [key, pick(item, (model as Record<string, unknown>)[key])]));
  };
  return pick(object.spec ?? object.data, applied.spec ?? applied.data);
}

describe('exchanges with a real API server', () => {
  it.each(exchanges.filter(({ type, object }) => type === 'apply' && object))(
    'an apply $title',
    ({ live, sent, manager, force, object }) => {
      const schema = schemaFor(`V1${sent.kind}`);
      const apiVersion = sent.apiVersion as string;
      const result = serverSideApply({ schema, live, applied: sent, manager, force, apiVersion, now });
      expect(ownership(result.managedFields)).toEqual(ownership(object?.metadata.managedFields));
      expect(withoutDefaults(result.object, object as KubernetesObject)).toEqual(
        withoutDefaults(object as KubernetesObject, result.object),
      );
    },
  );

  it.each(exchanges.filter(({ error }) => error))('an apply $title', ({ live, sent, manager, force, error }) => {
    const schema = schemaFor(`V1${sent.kind}`);
    const apiVersion = sent.apiVersion as string;
    const run = () => serverSideApply({ schema, live, applied: sent, manager, force, apiVersion, now });
    expect(run).toThrow(StatusError);
    expect(run).toThrow(expect.objectContaining(error as object));
  });

  it.each(exchanges.filter(({ type }) => type === 'update'))('$title', ({ live, manager, object, sent }) => {
    const schema = schemaFor(`V1${sent.kind}`);
    const apiVersion = sent.apiVersion as string;
    const { managedFields: _, ...metadata } = (object as KubernetesObject).metadata;
    const updated = { ...(object as KubernetesObject), metadata };
    const entries = applyUpdateManagers({ schema, live, updated, manager, apiVersion, now });
    expect(ownership(entries)).toEqual(ownership(object?.metadata.managedFields));
  });
});
