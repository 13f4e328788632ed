import type { V1Container, V1PodSpec } from '@kubernetes/client-node';
import { containerLabels } from '../../node-agent/pods/identity.ts';
import type { ContainerConfig } from '../../node-agent/runtime/container-runtime.ts';
import type { ContainerBehaviour } from '../../node-agent/runtime/memory-runtime.ts';
import type { Conformance } from './conforms.ts';
import { kinds } from './kinds.ts';
import { aPod } from './pods.ts';

/** Containers of the shared cluster's nodes do what their image says. There is no program in them. */

const registry = 'registry.example';
/** Tells in its log what it was started with, and ends. */
const tellingImage = `${registry}/tells:1`;

export const images = {
  /** Ends with this code. */
  endsWith: (exitCode: number) => `${registry}/ends-with:${exitCode}`,
  /** Writes this line to its log and ends with this code. */
  says: (line: string, exitCode: number) => `${registry}/says-${line}:${exitCode}`,
  /** Writes a hundred lines and runs on. */
  writes: `${registry}/writes:100`,
  /** Fails when it is started first, ends well when it is started again, and runs for ever from then on. */
  staysAtLast: `${registry}/stays-at-last:1`,
  /** Fails the first time that it is started, and not when it is restarted. */
  failsFirst: `${registry}/fails-first:1`,
  /** Of an indexed Job: fails where the index is odd. */
  failsOdd: `${registry}/fails-odd:1`,
  /** Of an indexed Job: runs for ever in the first Pod of an index, and ends well in the next. */
  runsOnce: `${registry}/runs-once:1`,
};

/** What a container was started with by its node's agent. */
export interface Told {
  env: Record<string, string>;
  command: string[];
  args: string[];
}

/** What the Pods of one server have left behind, as in a directory of their machine. */
const markers = new Set<string>();

export function behave(config: ContainerConfig): ContainerBehaviour | undefined {
  const [program, parameter] = config.image.slice(registry.length + 1).split(':');
  const index = variablesOf(config).JOB_COMPLETION_INDEX;
  const { labels } = config;
  const attempt = Number(labels[containerLabels.attempt]);
  const said = program?.startsWith('says-') ? program.slice('says-'.length) : undefined;
  if (said !== undefined) return { exitCode: Number(parameter), logs: [said] };
  switch (program) {
    case 'tells':
      return { exitCode: 0, logs: [JSON.stringify(whatToTell(config))] };
    case 'ends-with':
      return { exitCode: Number(parameter) };
    case 'fails-first':
      return { exitCode: attempt === 0 ? 1 : 0 };
    case 'stays-at-last':
      return attempt < 2 ? { exitCode: attempt === 0 ? 1 : 0 } : undefined;
    case 'writes':
      return { logs: Array.from({ length: Number(parameter) }, (_, line) => `line ${line}`) };
    case 'fails-odd':
      return { exitCode: Number(index) % 2 };
    case 'runs-once': {
      const marker = `${labels[containerLabels.podNamespace]}/${index}`;
      if (markers.has(marker)) return { exitCode: 0 };
      markers.add(marker);
      return undefined;
    }
    default:
      return undefined;
  }
}

function whatToTell(config: ContainerConfig): Told {
  return { env: variablesOf(config), command: config.command ?? [], args: config.args ?? [] };
}

function variablesOf({ env }: ContainerConfig): Record<string, string> {
  const split = (text: string): [string, string] => [
    text.slice(0, text.indexOf('=')),
    text.slice(text.indexOf('=') + 1),
  ];
  return Object.fromEntries(env.map(split));
}

/** Runs a Pod of one container to its end, and resolves with what the container tells in its log. */
export async function tell(
  t: Conformance,
  container: Partial<V1Container>,
  spec: Partial<V1PodSpec> = {},
): Promise<Told & { name: string }> {
  const pods = t.resource(kinds.pod);
  const pod = aPod('', { ...spec, restartPolicy: 'Never', container: { image: tellingImage, ...container } });
  const { metadata } = await pods.create({ ...pod, metadata: { generateName: 'tells-' } });
  const { name } = metadata;
  await t.eventually(`${name} has ended`, async () => {
    const { status } = await pods.get(name);
    if (status.phase === 'Succeeded') return true;
    throw new Error(JSON.stringify(status));
  });
  const { text } = await t.api.send('GET', `${pods.path}/${name}/log`);
  return { ...(JSON.parse(text) as Told), name };
}
