// A lock that a crash frees, on plain files. Holding it is owning the highest of the numbered tickets in its folder: a
// ticket is made by link(2), which one of many succeeds in, and says who made it. Whoever finds the highest ticket free or
// its process gone makes the next one; a ticket is never taken away from under a higher one, so two who break a dead
// lock at the same time still end with one holder. That is what a single lock file cannot give: of two who find it
// stale, the slower removes the faster one's.
//
// A process of this machine that lives is never robbed, however slow. Of another machine's nothing is known: its ticket
// counts for `leaseMs`, as watched by whoever waits (no clocks are compared), and holders stop well before.

import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { isMissing, systemCode } from '../failures.ts';
import { makeFolder } from '../folder.ts';
import { isGone, owner } from '../owner.ts';
import { temporaryWith } from './temporary.ts';

const leaseMs = 10_000;
const patienceMs = limits.storeTimeoutSeconds.default * limits.storeAttempts.default * 1000;

/** Tickets that stay: a listing under way must not miss the highest one because a lower one went. */
const ticketsKept = 4;

const free = 'free';

export interface LockPlace {
  /** The lock's own folder of tickets. */
  readonly folder: string;
  readonly temporary: string;
}

/** Numbers of the tickets, highest first. */
async function tickets(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^[1-9]\d*$/.test(name))
    .map(Number)
    .sort((a, b) => b - a);
}

/** Whether a ticket's holder may still be at work, after watching it for `watchedMs`. */
async function isHeld(ticket: string, watchedMs: number): Promise<boolean> {
  try {
    const holder = await readFile(ticket, 'utf8');
    return !holder.startsWith(free) && !isGone(holder, watchedMs, leaseMs);
  } catch (error) {
    if (isMissing(error)) return true; // A higher one is there by now.
    throw error;
  }
}

/** Makes the ticket after `top`. Resolves to its number if it is the highest now. */
async function makeTicket({ folder }: LockPlace, mine: string, top: number): Promise<number | undefined> {
  const number = top + 1;
  try {
    await link(mine, join(folder, String(number)));
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return undefined;
    throw error;
  }
  const [highest, ...lower] = await tickets(folder);
  if (highest !== number) return undefined;
  for (const old of lower.slice(ticketsKept)) await rm(join(folder, String(old)), { force: true });
  return number;
}

/** Waits for the lock. Throws `store_unreachable` when it stays held. */
async function take(place: LockPlace, mine: string): Promise<number> {
  const begunMs = performance.now();
  let watched = { ticket: 0, sinceMs: begunMs };
  for (;;) {
    const nowMs = performance.now();
    const [top = 0] = await tickets(place.folder);
    if (top !== watched.ticket) watched = { ticket: top, sinceMs: nowMs };
    if (top === 0 || !(await isHeld(join(place.folder, String(top)), nowMs - watched.sinceMs))) {
      const number = await makeTicket(place, mine, top);
      if (number !== undefined) return number;
    }
    if (nowMs - begunMs > patienceMs)
      throw new SepetError(
        'store_unreachable',
        `${place.folder} has been locked for ${patienceMs / 1000} s.`,
      );
    await sleep(1 + Math.random() * 9);
  }
}

/**
 * Does `work` while nobody else does any with this lock. Right before its effect it calls `check`, which throws
 * `store_unreachable` where it has taken so long that another machine could believe it dead.
 */
export async function withLock<T>(place: LockPlace, work: (check: () => void) => Promise<T>): Promise<T> {
  await makeFolder(place.folder);
  const mine = await temporaryWith(place.temporary, owner, false);
  try {
    const number = await take(place, mine);
    const takenMs = performance.now();
    try {
      return await work(() => {
        if (performance.now() - takenMs > leaseMs / 2)
          throw new SepetError('store_unreachable', `${place.folder}: the disk is too slow to hold a lock.`);
      });
    } finally {
      // `r+` does not make it anew where somebody has swept it.
      await writeFile(join(place.folder, String(number)), free, { flag: 'r+' }).catch(() => undefined);
    }
  } finally {
    await rm(mine, { force: true });
  }
}
