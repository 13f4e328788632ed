import { readdirSync, readFileSync } from 'node:fs';

/** The kernel counts CPU in hundredths of a second on every architecture that Node runs on. */
const ticksPerSecond = 100;

interface ProcessStat {
  pid: number;
  parent: number;
  cpuSeconds: number;
}

function stat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It has ended meanwhile.
    return undefined;
  }
  // The command in parentheses may hold anything, spaces and parentheses included.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, parent: Number(fields[1]), cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}

/** A process with all its descendants. */
function treeOf(root: number): ProcessStat[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => stat(Number(name)) ?? []);
  const tree = all.filter(({ pid }) => pid === root);
  // Grows while it is walked.
  for (const { pid } of tree) tree.push(...all.filter(({ parent }) => parent === pid));
  return tree;
}

/** CPU that a process and its descendants have used so far. */
export function cpuSeconds(pid: number): number {
  return treeOf(pid).reduce((sum, process_) => sum + process_.cpuSeconds, 0);
}

/** Resident memory of a process and its descendants, in MB (10^6 bytes). Pages that they share count for each. */
export function residentMegabytes(pid: number): number {
  const kilobytes = treeOf(pid).map((process_) => {
    const status = readFileSync(`/proc/${process_.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0);
  });
  return kilobytes.reduce((sum, value) => sum + (value * 1024) / 1e6, 0);
}
