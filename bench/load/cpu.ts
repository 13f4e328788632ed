/** Starts to measure; the function that it returns tells the share of one core that this process has used since. */
export function cpuShare(): () => number {
  const startedAt = performance.now();
  const before = process.cpuUsage();
  return () => {
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000 / (performance.now() - startedAt);
  };
}
