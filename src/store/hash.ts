// SHA-256 of files of any length: the names of immutable objects.

import { createHash } from 'node:crypto';
import { chunksOf, withFile } from './chunks.ts';
import { localFailure } from './failures.ts';
import type { TransferOptions } from './store.ts';

/** SHA-256 of bytes in memory, as 64 hexadecimal digits. */
export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/**
 * SHA-256 of a file's bytes, as `sha256sum` prints it; read piece by piece.
 * Throws `file_not_found`, `file_io`, `cancelled`.
 */
export async function sha256OfFile(path: string, options: TransferOptions = {}): Promise<string> {
  return withFile(path, async (handle, total) => {
    const hash = createHash('sha256');
    let done = 0;
    for await (const chunk of chunksOf(handle, { signal: options.signal })) {
      hash.update(chunk);
      done += chunk.length;
      options.onProgress?.(done, Math.max(done, total));
    }
    return hash.digest('hex');
  }).catch((error: unknown) => {
    throw localFailure(path, error);
  });
}
