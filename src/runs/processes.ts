/** Largest number that a process has on any system. */
const LARGEST_PID = 2 ** 31 - 1;

/** Whether a number can be that of a process: 0 and negative ones mean groups of processes, which are always there. */
export function isPossiblePid(pid: number): boolean {
  return Number.isSafeInteger(pid) && pid > 0 && pid <= LARGEST_PID;
}

/** Whether a process of this host is there. */
export function isProcess(pid: number): boolean {
  if (!isPossiblePid(pid)) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // A process of somebody else's may not be signalled, but is there.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
