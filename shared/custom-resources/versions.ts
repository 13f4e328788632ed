import type { CustomResourceDefinitionSpec, CustomResourceVersion } from '../kinds/custom-resource-definition/types.ts';

const kubernetesVersion = /^v([1-9]\d*)(?:(alpha|beta)([1-9]\d*))?$/;
const stages = { alpha: 0, beta: 1, stable: 2 } as const;

/**
 * Kubernetes' order of versions: stable ones, beta, alpha, each the latest first, and then all others by name. Negative
 * when `a` comes first.
 */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [rankOf(a), rankOf(b)];
  if (!left || !right) return left ? -1 : right ? 1 : a < b ? -1 : Number(a > b);
  for (const [index, value] of left.entries()) if (value !== right[index]) return right[index]! - value;
  return 0;
}

function rankOf(version: string): readonly number[] | undefined {
  const found = kubernetesVersion.exec(version);
  if (!found) return undefined;
  const [, major, stage = 'stable', minor = '0'] = found;
  return [stages[stage as keyof typeof stages], Number(major), Number(minor)];
}

/** What every request for a deprecated version is answered with, besides. */
export function deprecationWarning(
  spec: CustomResourceDefinitionSpec,
  { name, deprecated, deprecationWarning: own }: CustomResourceVersion,
): string | undefined {
  if (!deprecated) return undefined;
  if (own !== undefined) return own;
  const { group, names, versions } = spec;
  const [better] = versions
    .filter((version) => version.served && !version.deprecated && compareVersions(version.name, name) < 0)
    .map((version) => version.name)
    .sort(compareVersions);
  const advice = better ? `; use ${group}/${better} ${names.kind}` : '';
  return `${group}/${name} ${names.kind} is deprecated${advice}`;
}
