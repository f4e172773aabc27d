// Reading a file piece by piece in one buffer that is used again: memory does not grow with the file.

import { type FileHandle, open } from 'node:fs/promises';
import { localFailure, throwIfAborted } from './failures.ts';

export const chunkBytes = 1 << 20;

export interface ChunkOptions {
  /** Where to begin, in bytes. */
  readonly from?: number;
  readonly signal?: AbortSignal | undefined;
}

/** The rest of a file. A chunk is valid until the next one is asked for. Throws `cancelled` and what the system throws. */
export async function* chunksOf(
  handle: FileHandle,
  options: ChunkOptions = {},
): AsyncGenerator<Uint8Array, void> {
  const buffer = Buffer.allocUnsafeSlow(chunkBytes);
  for (let position = options.from ?? 0; ; ) {
    throwIfAborted(options.signal);
    const { bytesRead } = await handle.read(buffer, 0, chunkBytes, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    yield buffer.subarray(0, bytesRead);
  }
}

/** Writes all of it, also where the system takes only a part at once. */
export async function writeAll(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; )
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
}

/** Opens a local file, gives it to `work` with its length and closes it. Throws `file_not_found`, `file_io`. */
export async function withFile<T>(
  path: string,
  work: (handle: FileHandle, bytes: number) => Promise<T>,
): Promise<T> {
  const handle = await open(path, 'r').catch((error: unknown) => {
    throw localFailure(path, error);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw localFailure(path, new Error('is not a file.'));
    return await work(handle, found.size);
  } finally {
    await handle.close();
  }
}
