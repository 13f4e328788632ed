import { describe, expect, it } from 'vitest';
import type { ClusterRole, ClusterRoleBinding, KubernetesObject } from '../../../../shared/api/object.ts';
import { bootstrapPolicy } from './policy.ts';
import { reconciled } from './reconcile.ts';

const policy = bootstrapPolicy();
const find = <T>(resource: string, name: string) =>
  structuredClone(
    policy.find(({ resource: at, object }) => at.startsWith(`${resource}.`) && object.metadata.name === name)?.object,
  ) as unknown as T;
const object = (value: object) => value as unknown as KubernetesObject;

describe('the policy', () => {
  it('gives aggregated roles the rules of their parts', () => {
    const rules = (name: string) => find<ClusterRole>('clusterroles', name).rules ?? [];
    expect(rules('view')).toEqual(rules('system:aggregate-to-view'));
    expect(rules('edit')).toEqual([...rules('system:aggregate-to-edit'), ...rules('view')]);
    expect(rules('admin')).toEqual([...rules('edit'), ...rules('system:aggregate-to-admin')]);
  });

  it('has every object once', () => {
    const names = policy.map(
      ({ resource, object: { metadata } }) => `${resource}/${metadata.namespace}/${metadata.name}`,
    );
    expect(new Set(names).size).toBe(names.length);
  });
});

describe('what is there', () => {
  it('stays when nothing is missing, whatever has been added', () => {
    const expected = find<ClusterRole>('clusterroles', 'system:discovery');
    const live = structuredClone(expected);
    live.rules?.push({ verbs: ['get'], nonResourceURLs: ['/more'] });
    live.metadata.labels = { ...live.metadata.labels, mine: 'yes' };
    expect(reconciled(object(expected), object(live))).toBeUndefined();
  });

  it('gets the rules that it lacks', () => {
    const expected = find<ClusterRole>('clusterroles', 'system:basic-user');
    const live = { ...expected, rules: expected.rules?.slice(0, 1) };
    expect(reconciled(object(expected), object(live))?.rules).toEqual(expected.rules);
  });

  it('gets the subjects that it lacks', () => {
    const expected = find<ClusterRoleBinding>('clusterrolebindings', 'system:discovery');
    const mine = { kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'me' };
    const next = reconciled(object(expected), object({ ...expected, subjects: [mine] }));
    expect(next?.subjects).toEqual([mine, ...(expected.subjects ?? [])]);
  });

  it('gets the selectors that it lacks, and keeps its rules', () => {
    const expected = find<ClusterRole>('clusterroles', 'view');
    const live = { ...expected, rules: [], aggregationRule: undefined };
    expect(reconciled(object(expected), object(live))).toMatchObject({
      rules: [],
      aggregationRule: expected.aggregationRule,
    });
  });

  it('is left alone where somebody says so', () => {
    const expected = find<ClusterRole>('clusterroles', 'system:basic-user');
    const annotations = { 'rbac.authorization.kubernetes.io/autoupdate': 'false' };
    expect(
      reconciled(object(expected), object({ ...expected, metadata: { ...expected.metadata, annotations }, rules: [] })),
    ).toBeUndefined();
  });
});
