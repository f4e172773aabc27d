// What a process that was killed leaves: a file whose last line may be half. Nothing of that line was acknowledged, so it is
// cut off. Files of processes that live are left alone.

import { open, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isGone } from '../store/owner.ts';
import type { LineFileNames } from './names.ts';

/** Idle time after which the file of another machine's process counts as left. */
const idleMsMax = 86_400_000;
const blockBytes = 65_536;
const newline = 10;

export interface Repaired {
  readonly file: string;
  /** Cut off. */
  readonly bytes: number;
}

/** Cuts the half lines off. Throws what the file system throws. */
export async function repairLines(folder: string, { parse }: LineFileNames): Promise<Repaired[]> {
  const repaired: Repaired[] = [];
  for (const name of await readdir(folder)) {
    const parsed = parse(name);
    if (parsed === undefined) continue;
    const file = join(folder, name);
    const { mtimeMs } = await stat(file);
    if (!isGone(parsed.owner, Date.now() - mtimeMs, idleMsMax)) continue;
    const bytes = await cutHalfLine(file);
    if (bytes > 0) repaired.push({ file, bytes });
  }
  return repaired;
}

async function cutHalfLine(file: string): Promise<number> {
  const handle = await open(file, 'r+');
  try {
    const { size } = await handle.stat();
    const block = Buffer.alloc(blockBytes);
    let end = size;
    while (end > 0) {
      const start = Math.max(0, end - blockBytes);
      const { bytesRead } = await handle.read(block, 0, end - start, start);
      const at = block.subarray(0, bytesRead).lastIndexOf(newline);
      if (at >= 0) {
        end = start + at + 1;
        break;
      }
      end = start;
    }
    if (end === size) return 0;
    await handle.truncate(end);
    await handle.sync();
    return size - end;
  } finally {
    await handle.close();
  }
}
