import { join } from 'node:path';

/** What is fetched from npm where the machine's own Node is too old. */
export const toolchainVersion = '24.21.0';

/** True from 22.18 on: the first release that runs TypeScript by itself and that all our packages support. */
export function nodeIsRecent(version) {
  const [major, minor] = version.replace('v', '').split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18);
}

/** Where the fetched Node lies in a checkout. */
export function toolchainNode(root) {
  return join(root, '.fairlead', 'toolchain', 'node_modules', `node-linux-${process.arch}`, 'bin', 'node');
}
