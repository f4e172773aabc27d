// What a process holds of memory, as Linux says.

import { readFileSync } from 'node:fs';

export interface Memory {
  /** Everything resident, the artifact's pages among it. */
  readonly rss: number;
  /** That, with what is shared with other processes divided among them. */
  readonly pss: number;
  /** Not backed by a file. */
  readonly anonymous: number;
}

/** Of a process and the processes that it started. */
export function memoryOf(pid: number): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const bytes = (name: string): number =>
    1024 * Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(rollup)?.[1] ?? 0);
  const own = { rss: bytes('Rss'), pss: bytes('Pss'), anonymous: bytes('Anonymous') };
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean);
  return children
    .map((child) => memoryOf(Number(child)))
    .reduce(
      (sum, { rss, pss, anonymous }) => ({
        rss: sum.rss + rss,
        pss: sum.pss + pss,
        anonymous: sum.anonymous + anonymous,
      }),
      own,
    );
}
