import type { FieldError } from '../../api/errors.ts';
import { duplicate, invalidValue, required } from '../../api/field-errors.ts';
import type { PodSpec } from '../../api/object.ts';

const longest = 253;
const pattern = '^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]([-_a-z0-9]*[a-z0-9])?$';
const name = new RegExp(pattern);

/** Settings of the kernel that a Pod wants for its namespaces. Which of them are safe is for its node to say. */
export function validateSysctls(spec: PodSpec, path: string): FieldError[] {
  const seen = new Set<string>();
  return (spec.securityContext?.sysctls ?? []).flatMap((sysctl, index) => {
    const at = `${path}[${index}].name`;
    const errors = validateName(sysctl.name, seen, at);
    seen.add(sysctl.name);
    const host = sharedNamespace(sysctl.name, spec);
    return host ? [...errors, invalidValue(at, sysctl.name, `may not be specified when '${host}' is true`)] : errors;
  });
}

function validateName(value: string, seen: ReadonlySet<string>, path: string): FieldError[] {
  if (!value) return [required(path)];
  if (value.length > longest || !name.test(value)) {
    return [invalidValue(path, value, `must have at most ${longest} characters and match regex ${pattern}`)];
  }
  return seen.has(value) ? [duplicate(path, value)] : [];
}

/** The field by which the Pod has the host's namespace, where that is what the setting is about. */
function sharedNamespace(value: string, spec: PodSpec): 'hostNetwork' | 'hostIPC' | undefined {
  const dotted = withDots(value);
  if (spec.hostNetwork && dotted.startsWith('net.')) return 'hostNetwork';
  return spec.hostIPC && /^(kernel\.sem$|kernel\.shm|kernel\.msg|fs\.mqueue\.)/.test(dotted) ? 'hostIPC' : undefined;
}

/** `net/ipv4/x.y` is another way to write `net.ipv4.x/y`. */
function withDots(value: string): string {
  const first = /[./]/.exec(value)?.[0];
  return first === '/' ? value.replace(/[./]/g, (separator) => (separator === '.' ? '/' : '.')) : value;
}
