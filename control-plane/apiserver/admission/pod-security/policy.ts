import type { FieldError } from '../../../../shared/api/errors.ts';
import { invalidValue } from '../../../../shared/api/field-errors.ts';

export const levels = ['privileged', 'baseline', 'restricted'] as const;
export type Level = (typeof levels)[number];

/** How much is asked of Pods, and as of which release of Kubernetes; no minor version means the latest. */
export interface Standard {
  level: Level;
  minor?: number;
}

/** What happens to Pods that fall short: they are refused, noted in the audit log, or the client is warned. */
export interface Policy {
  enforce: Standard;
  audit: Standard;
  warn: Standard;
}

const prefix = 'pod-security.kubernetes.io/';
const version = /^v1\.(0|[1-9][0-9]*)$/;

/** What the labels of a namespace ask for. Labels that say nothing sensible are told, and do no harm but to Pods. */
export function policyOf(labels: Readonly<Record<string, string>> = {}): { policy: Policy; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const read = (mode: keyof Policy): Standard => {
    const [level, at] = [labels[prefix + mode], labels[`${prefix}${mode}-version`]];
    const isLevel = level === undefined || levels.includes(level as Level);
    if (!isLevel) errors.push(labelError(mode, level, `must be one of ${levels.join(', ')}`));
    const minor = at === undefined || at === 'latest' ? undefined : version.exec(at)?.[1];
    if (at !== undefined && at !== 'latest' && minor === undefined) {
      errors.push(labelError(`${mode}-version`, at, 'must be "latest" or "v1.x"'));
    }
    const unknown: Level = mode === 'enforce' ? 'restricted' : 'privileged';
    const known = isLevel ? ((level ?? 'privileged') as Level) : unknown;
    return { level: known, ...(minor === undefined ? {} : { minor: Number(minor) }) };
  };
  const policy = { enforce: read('enforce'), audit: read('audit'), warn: read('warn') };
  const { enforce } = policy;
  const isSaid = levels.includes(labels[`${prefix}enforce`] as Level);
  // Templates are not refused, so that whoever writes one is told what will become of its Pods.
  if (labels[`${prefix}warn`] === undefined && isSaid && enforce.level !== 'privileged') {
    const isVersioned = labels[`${prefix}warn-version`] !== undefined;
    policy.warn = isVersioned ? { ...policy.warn, level: enforce.level } : enforce;
  }
  return { policy, errors };
}

function labelError(label: string, value: string, detail: string): FieldError {
  return invalidValue(`metadata.labels[${prefix}${label}]`, value, detail);
}

/** `baseline:latest`, `restricted:v1.30`. */
export function describeStandard({ level, minor }: Standard): string {
  return `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`;
}

export function sameStandard(a: Standard, b: Standard): boolean {
  return a.level === b.level && a.minor === b.minor;
}

/** Asks for more, as of the same release. */
export function isStricter(a: Standard, b: Standard): boolean {
  return levels.indexOf(a.level) > levels.indexOf(b.level);
}
