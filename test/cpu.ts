// What computing costs, where a test bounds it: processor time of this process, as other tests run beside.

/** Milliseconds of processor time that this process (all of its threads) spent since `before`. */
export function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** The least processor time that `work` took in `tries`, in milliseconds. */
export function leastCpuMs(work: () => void, tries = 5): number {
  const times = Array.from({ length: tries }, () => {
    const before = process.cpuUsage();
    work();
    return cpuMsSince(before);
  });
  return Math.min(...times);
}
