import { Command, Option } from 'commander';
import { dataDirOption, option } from '../config.ts';
import { UserError } from '../report.ts';
import { auditSettings } from '../server/audit.ts';
import { openAuditLog } from '../server/audit-log.ts';
import { DataDir } from '../server/data-dir.ts';
import { type LocalServerOptions, startLocalServer } from '../server/local-server.ts';

interface ServerOptions {
  dataDir: string;
  listen: string;
  clientCertificatesListen?: string;
  settings?: string;
  advertiseAddress?: string;
  controllers: 'cluster' | 'object';
  heapLimit?: string;
  auditPolicyFile?: string;
  auditLogPath?: string;
  auditLogMaxsize: string;
  auditLogMaxbackup: string;
  auditWebhookUrl?: string;
}

export function serverCommand(): Command {
  return new Command('server')
    .description('run the control plane on this machine')
    .addOption(option('--listen <host:port>', 'where the API server listens', '127.0.0.1:6443'))
    .addOption(
      option('--client-certificates-listen <host:port>', 'where clients that have certificates are served besides'),
    )
    .addOption(
      option('--advertise-address <ip:port>', 'where nodes and Pods reach the API server, if not where it listens'),
    )
    .addOption(dataDirOption())
    .addOption(option('--settings <json>', 'cluster settings that differ from the defaults, as JSON'))
    .addOption(
      new Option(
        '--controllers <where>',
        'run scheduler and controllers in the cluster object or in objects of their own',
      )
        .choices(['cluster', 'object'])
        .default('cluster')
        .env('FAIRLEAD_CONTROLLERS'),
    )
    .addOption(
      option(
        '--heap-limit <megabytes>',
        'memory for JavaScript objects, beyond which it starts again (Cloudflare: 128)',
      ),
    )
    .addOption(option('--audit-policy-file <file>', 'a Policy of audit.k8s.io/v1: which requests are recorded'))
    .addOption(option('--audit-log-path <file>', 'where recorded requests go, as JSON lines; - for standard output'))
    .addOption(option('--audit-log-maxsize <megabytes>', 'size at which the file is set aside', '100'))
    .addOption(option('--audit-log-maxbackup <count>', 'files that are kept besides', '10'))
    .addOption(option('--audit-webhook-url <url>', 'where recorded requests are posted, as EventLists'))
    .action(async (options: ServerOptions) => {
      const server = await startLocalServer({
        dataDir: new DataDir(options.dataDir),
        listen: options.listen,
        ...(options.clientCertificatesListen ? { listenForCertificates: options.clientCertificatesListen } : {}),
        controllers: options.controllers,
        ...(options.heapLimit ? { heapLimit: count('--heap-limit', options.heapLimit, minimumHeap) } : {}),
        ...(options.settings ? { settings: options.settings } : {}),
        ...(options.advertiseAddress ? { advertiseAddress: options.advertiseAddress } : {}),
        ...auditOf(options),
        log: (message) => console.error(message),
      });
      console.error(`The control plane answers at ${server.url} (state in ${options.dataDir}).`);
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void server.stop());
      await server.done;
    });
}

function auditOf(options: ServerOptions): Pick<LocalServerOptions, 'audit' | 'auditLog'> {
  const { auditPolicyFile: policyFile, auditLogPath: path, auditWebhookUrl: webhookUrl } = options;
  if (!policyFile) {
    if (!path && !webhookUrl) return {};
    throw new UserError('--audit-log-path and --audit-webhook-url record nothing without an --audit-policy-file.');
  }
  // Not an option: those are for everyone to see.
  const webhookToken = process.env.FAIRLEAD_AUDIT_WEBHOOK_TOKEN;
  const audit = auditSettings({ policyFile, console: path !== undefined, webhookUrl, webhookToken });
  if (!path) return { audit };
  const maxBytes = count('--audit-log-maxsize', options.auditLogMaxsize) * 1024 * 1024;
  const backups = count('--audit-log-maxbackup', options.auditLogMaxbackup);
  return { audit, auditLog: openAuditLog({ path, maxBytes, backups }) };
}

/** MB. With less it does not even start. */
const minimumHeap = 32;

function count(name: string, text: string, least = 1): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least)
    throw new UserError(`${name} takes a number, at least ${least}, not "${text}".`);
  return value;
}
