// metrics.json: the figures beside the data and the model they belong to.

import { open, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Evaluation } from './report.ts';

/** Writes DIR/metrics.json. Returns its path. */
export async function writeMetrics(dir: string, evaluation: Evaluation): Promise<string> {
  const path = join(dir, 'metrics.json');
  await writeText(path, `${JSON.stringify(evaluation, null, 2)}\n`);
  return path;
}

/** Writes a text beside its place, then renames it: whole or not at all. */
export async function writeText(path: string, text: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
