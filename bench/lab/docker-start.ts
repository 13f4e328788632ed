import type Docker from 'dockerode';
import { networkName } from '../../node-agent/network/bridge-network.ts';
import { pauseImage } from '../../node-agent/runtime/pause-image.ts';
import { firstReply } from './first-reply.ts';
import type { StartTimes } from './start-times.ts';

/** Starts pause and app as a Pod has them, with nothing but the calls that it takes, and removes them again. */
export async function startByHand(docker: Docker, image: string): Promise<StartTimes> {
  const startedAt = performance.now();
  const pause = await docker.createContainer({
    Image: pauseImage.reference,
    HostConfig: { NetworkMode: networkName, IpcMode: 'shareable' },
  });
  await pause.start();
  const { NetworkSettings } = await pause.inspect();
  const ip = NetworkSettings.Networks[networkName]?.IPAddress ?? '';
  const mode = `container:${pause.id}`;
  const app = await docker.createContainer({ Image: image, HostConfig: { NetworkMode: mode, IpcMode: mode } });
  await app.start();
  const { State } = await app.inspect();
  const running = performance.now() - startedAt;
  if (!State.Running) throw new Error('the container did not stay up');
  await firstReply(ip);
  const reply = performance.now() - startedAt;
  for (const container of [app, pause]) await container.remove({ force: true });
  return { running, reply };
}
