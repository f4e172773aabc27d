// Half downloads: each has one writer at a time, and whoever comes after a broken one goes on with what it left.
// A part under way is named after its process; `.part` alone waits for anybody. Renaming it is taking it, so that of two
// processes with one cache neither writes into the other's file.

import { randomBytes } from 'node:crypto';
import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { isMissing } from './failures.ts';
import { isGone, owner } from './owner.ts';

/** Idle time after which the part of another machine's process is anybody's. */
const idleMsMax = 600_000;

const suffix = /^\.(?:([0-9a-f]{8}-\d+-\d+)\.[0-9a-f]{8}\.)?part$/;

/** Whether it is still there to be had. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (isMissing(error)) return false;
    throw error;
  }
}

/** Parts of `path` that nobody writes. */
async function abandoned(path: string): Promise<string[]> {
  const found: string[] = [];
  for (const entry of await readdir(dirname(path))) {
    const match = entry.startsWith(basename(path)) ? suffix.exec(entry.slice(basename(path).length)) : null;
    if (match === null) continue;
    const part = join(dirname(path), entry);
    const whose = match[1];
    const changed = await stat(part).catch(() => undefined);
    if (changed === undefined) continue;
    if (whose === undefined || isGone(whose, Date.now() - changed.mtimeMs, idleMsMax)) found.push(part);
  }
  return found;
}

/** The path of a part of our own, with what an earlier download left in it or not there yet. */
export async function claimPart(path: string): Promise<string> {
  const mine = `${path}.${owner}.${randomBytes(4).toString('hex')}.part`;
  let claimed = false;
  for (const part of await abandoned(path)) {
    if (claimed) await rm(part, { force: true });
    else claimed = await renamed(part, mine);
  }
  return mine;
}

/** Leaves it for whoever comes next. */
export async function leavePart(part: string, path: string): Promise<void> {
  await renamed(part, `${path}.part`);
}
