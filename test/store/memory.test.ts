// Memory does not grow with a file: processes that transfer a large and a small one, compared by their anonymous memory.
// Only Linux tells that apart from the pages of files.

import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { atLength } from '../thorough.ts';
import { runChild } from './children.ts';
import { startS3 } from './s3.ts';

const mebibyte = 1 << 20;

describe.runIf(process.platform === 'linux')('memory', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'sepet-memory-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** A file that takes no place on the disk: zeros, and a byte at its end. */
  async function sparseFile(bytes: number): Promise<string> {
    const path = join(folder, `${bytes}`);
    const file = await open(path, 'w');
    await file.write(Buffer.of(1), 0, 1, bytes - 1);
    await file.close();
    return path;
  }

  /** Peak of a process that uploads and downloads so many bytes. */
  async function peakOf(address: string, bytes: number): Promise<number> {
    const file = await sparseFile(bytes);
    const to = `${file}.down`;
    const { code, said, stderr } = await runChild({ does: 'transfer', address, file, to });
    expect(code, stderr).toBe(0);
    const [told] = said as { bytes: number; peak: number }[];
    expect(told?.bytes).toBe(bytes);
    await rm(to);
    return told?.peak ?? 0;
  }

  it('is the same for much as for little through a folder', async () => {
    const address = join(folder, 'store');
    const [small, large] = [
      await peakOf(address, 4 * mebibyte),
      await peakOf(address, atLength(256, 1024) * mebibyte),
    ];
    expect(small).toBeGreaterThan(mebibyte);
    expect(large - small).toBeLessThan(32 * mebibyte);
    expect(large).toBeLessThan(128 * mebibyte);
  });

  it('is the same for many parts through S3 as for few', async () => {
    const server = await startS3();
    try {
      const [small, large] = [
        await peakOf(server.address, 48 * mebibyte),
        await peakOf(server.address, 256 * mebibyte),
      ];
      expect(small).toBeGreaterThan(48 * mebibyte);
      expect(large - small).toBeLessThan(64 * mebibyte);
      expect(large).toBeLessThan(256 * mebibyte);
    } finally {
      await server.stop();
    }
  });
});
