import { writeFileSync } from 'node:fs';
import { ClusterLab } from './cluster/cluster-lab.ts';
import { echoManifests } from './cluster/echo.ts';

const lab = new ClusterLab({
  prefix: 'flzz',
  proxyModes: ['nftables', 'userspace', 'nftables'],
  settings: { nodeMonitorGracePeriodSeconds: 5, defaultTolerationSeconds: 2 },
});
process.on('SIGTERM', async () => {
  await lab.destroy();
  process.exit(0);
});
await lab.start();
writeFileSync('/tmp/zzlab', lab.folder);
lab.kubectl.kubectl(['apply', '-f', '/work/main/examples/guestbook']);
lab.kubectl.kubectl(['apply', '-f', '-'], echoManifests);
console.log('up', lab.folder);
setInterval(() => {}, 1000);
