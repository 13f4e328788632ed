import type { V1DeviceSelector } from '@kubernetes/client-node';
import type { FieldError } from '../../api/errors.ts';
import { forbidden, invalidValue, required, tooLong } from '../../api/field-errors.ts';
import { byteLength } from '../../api/go-format.ts';
import {
  CelCompileError,
  compileExpression,
  DEVICE,
  deviceEnvironment,
  estimateCost,
  fullTypeName,
} from '../../cel/cel.ts';
import { maximumItems, validateItems } from './names.ts';

const maximumExpression = 10 * 1024;
/** What an expression may cost at most, by Kubernetes' estimate. */
const maximumCost = 1_000_000;

/** Which devices are meant: expressions that whoever allocates devices evaluates. */
export function validateSelectors(selectors: readonly V1DeviceSelector[] | undefined, path: string): FieldError[] {
  return validateItems(selectors, path, maximumItems, {
    item({ cel }, at) {
      if (!cel) return [required(`${at}.cel`)];
      if (!cel.expression) return [required(`${at}.cel.expression`)];
      const error = checkExpression(cel.expression, `${at}.cel.expression`);
      return error ? [error] : [];
    },
  });
}

function checkExpression(text: string, path: string): FieldError | undefined {
  if (byteLength(text) > maximumExpression) return tooLong(path, maximumExpression);
  try {
    const program = compileExpression(text, deviceEnvironment());
    const { resultType: type } = program;
    if (type.kind !== 'bool' && !(type.kind === 'dyn' && type.any)) {
      return invalidValue(path, text, `must evaluate to bool or the unknown type, not ${fullTypeName(type)}`);
    }
    const isCheap = estimateCost(program, DEVICE).max <= maximumCost;
    return isCheap ? undefined : forbidden(path, 'too complex, exceeds cost limit');
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    return invalidValue(path, text, `compilation failed: ${error.message}`);
  }
}
