import type { FieldError } from '../api/errors.ts';
import { duplicate, invalidValue, invalidValues, notSupported, required } from '../api/field-errors.ts';
import type { Taint } from '../api/object.ts';
import { checkLabelValue, checkQualifiedName } from '../api/validation.ts';

const effects = ['NoSchedule', 'PreferNoSchedule', 'NoExecute'];

export function validateTaintEffect(effect: string, path: string): FieldError[] {
  if (!effect) return [required(path)];
  return effects.includes(effect) ? [] : [notSupported(path, effect, effects)];
}

export function validateTaints(taints: readonly Taint[], path: string): FieldError[] {
  const seen = new Set<string>();
  return taints.flatMap((taint, index) => {
    const { key, value, effect } = taint;
    const at = `${path}[${index}]`;
    const errors = invalidValues(`${at}.key`, key ?? '', checkQualifiedName(key ?? ''));
    const valueMessages = checkLabelValue(value ?? '');
    if (valueMessages.length > 0) errors.push(invalidValue(`${at}.value`, value, valueMessages.join(';')));
    errors.push(...validateTaintEffect(effect ?? '', `${at}.effect`));
    if (seen.has(`${key}:${effect}`)) {
      const twice = duplicate(at, taint);
      errors.push({ ...twice, message: `${twice.message}: taints must be unique by key and effect pair` });
    }
    seen.add(`${key}:${effect}`);
    return errors;
  });
}
