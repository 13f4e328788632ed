import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { parseAuditSettings } from '../../control-plane/apiserver/audit/settings.ts';
import { UserError } from '../report.ts';

export interface AuditOptions {
  policyFile: string;
  /** Whether the Worker prints events, for whoever starts it to put into a file. */
  console: boolean;
  webhookUrl?: string | undefined;
  webhookToken?: string | undefined;
}

/** What every event in the output of the Worker begins with. */
export const auditLinePrefix = '{"kind":"Event","apiVersion":"audit.k8s.io/v1",';

/** The value of `FAIRLEAD_AUDIT`. */
export function auditSettings({ policyFile, console, webhookUrl, webhookToken }: AuditOptions): string {
  const webhook = webhookUrl && { url: webhookUrl, ...(webhookToken ? { token: webhookToken } : {}) };
  try {
    const policy: unknown = parse(readFileSync(policyFile, 'utf8'));
    const settings = JSON.stringify({ policy, console, ...(webhook ? { webhook } : {}) });
    parseAuditSettings(settings);
    return settings;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new UserError(`The audit policy ${policyFile} cannot be used: ${why}`, { cause });
  }
}
