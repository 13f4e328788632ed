import type { Written } from './pipeline.ts';
import type { WriteOutcome } from './registry.ts';
import type { WriteContext } from './write-context.ts';

/** The answer to a write whose result is the object itself. */
export function objectOutcome(context: WriteContext, written: Written): WriteOutcome {
  return { code: written.effect === 'created' ? 201 : 200, json: written.json, warnings: context.warnings };
}

/** The answer to a POST that makes something happen rather than an object. */
export function successOutcome(context: WriteContext): WriteOutcome {
  const json = JSON.stringify({ kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
  return { code: 201, json, warnings: context.warnings };
}
