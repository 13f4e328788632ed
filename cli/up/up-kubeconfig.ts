import { stringify } from 'yaml';
import { kubeconfigFor } from '../kubeconfig.ts';
import { requireCredential } from '../server/credentials.ts';
import type { DataDir } from '../server/data-dir.ts';

/** Writes the kubeconfig of the cluster `default` into the data directory and returns its path. */
export function writeUpKubeconfig(dataDir: DataDir): string {
  return dataDir.write(stringify(kubeconfigFor(requireCredential(dataDir, 'default'))), 'kubeconfig');
}
