// Who a lock, a temporary file or a half download belongs to, so that a later process knows which ones nobody will finish.
// An owner is `<place>-<pid>-<start>`: the machine (and its space of process ids), the process, and when that started,
// since ids are given out again. Where the system does not tell the start (other than Linux) it is 0 and not compared.

import { createHash } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Clock ticks from boot to the process's start, 0 where unknown, undefined where there is no such process. */
function startOf(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return undefined;
  }
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets, which may hold spaces; the third is the state, the 22nd the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // Dead, though nobody has asked for its exit code yet: in containers that can last.
    return ['Z', 'X'].includes(fields[0] ?? '') ? undefined : (fields[19] ?? '0');
  } catch {
    return '0';
  }
}

/** Containers on one host can share its name, yet count processes on their own. */
function place(): string {
  let space = '';
  try {
    space = readlinkSync('/proc/self/ns/pid');
  } catch {
    // Only Linux has them.
  }
  return createHash('sha256').update(`${hostname()} ${space}`).digest('hex').slice(0, 8);
}

const here = place();

/** This process, also in each of its threads. */
export const owner = `${here}-${process.pid}-${startOf(process.pid) ?? '0'}`;

const pattern = /^([0-9a-f]{8})-(\d+)-(\d+)$/;

/**
 * Whether nobody will finish what belongs to `name`: its process is gone, or nothing can be known of it (another machine)
 * and it has been idle for `afterMs`. A process of this machine that lives is never gone.
 */
export function isGone(name: string, idleMs: number, afterMs: number): boolean {
  const [, where, pid, start] = pattern.exec(name) ?? [];
  if (where !== here) return idleMs > afterMs;
  const now = startOf(Number(pid));
  return now === undefined || (now !== '0' && start !== '0' && now !== start);
}
