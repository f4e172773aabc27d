// A folder of product images: read when they are asked for, the latest kept in memory. What a link inside the folder points at is
// served only where it is itself an image inside the folder.

import { constants, realpathSync, statSync } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { LRUCache } from 'lru-cache';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { imageNames, imageTypeOf } from './image-path.ts';

export interface Image {
  readonly body: Uint8Array;
  readonly contentType: string;
  /** An entity tag, of the file's name, time and size. */
  readonly tag: string;
}

/** Nobody could have asked for it by this name. */
const absences = new Set([
  'ENOENT',
  'ENOTDIR',
  'EISDIR',
  'ELOOP',
  'ENAMETOOLONG',
  'EACCES',
  'EPERM',
  'ENXIO',
]);

const missing = (path: string): SepetError =>
  new SepetError('file_not_found', `There is no image ${JSON.stringify(path)}.`);

/** Windows has neither: it follows no link here, and has no pipe that a name could open. */
const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

export class ImageFiles {
  readonly #folder: string;
  readonly #images: LRUCache<string, Image>;
  #reading = 0;
  readonly #waiting: (() => void)[] = [];

  /** Throws `input_missing` where there is no such folder. */
  constructor(folder: string) {
    try {
      this.#folder = realpathSync(folder);
      if (!statSync(this.#folder).isDirectory()) throw new Error('It is no folder.');
    } catch (cause) {
      throw new SepetError('input_missing', `--images ${folder}: there is no such folder.`, { cause });
    }
    this.#images = new LRUCache<string, Image>({
      maxSize: limits.imageCacheBytes.default,
      ttl: limits.imageSeconds.default * 1000,
      sizeCalculation: ({ body }) => body.length + 1024,
      fetchMethod: (path) => this.#inTurn(() => this.#read(path)),
    });
  }

  /** One that is in memory and not too old. */
  kept(path: string): Image | undefined {
    return this.#images.get(path);
  }

  /**
   * The image of a path that is decoded. Throws `file_not_found`, and `image_refused` for what is no image or too large.
   */
  async image(path: string): Promise<Image> {
    if (imageNames(path) === undefined) throw missing(path);
    if (imageTypeOf(path) === undefined)
      throw new SepetError('image_refused', `${JSON.stringify(path)} is not called like an image.`);
    const image = await this.#images.fetch(path);
    if (image === undefined) throw missing(path);
    return image;
  }

  /** Many who ask at once do not fill the memory with files that are half read. */
  async #inTurn(read: () => Promise<Image>): Promise<Image> {
    while (this.#reading >= limits.imageReads.default)
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#reading++;
    try {
      return await read();
    } finally {
      this.#reading--;
      this.#waiting.shift()?.();
    }
  }

  async #read(path: string): Promise<Image> {
    try {
      const file = await realpath(join(this.#folder, ...path.split('/')));
      const inside = relative(this.#folder, file);
      const contentType = imageTypeOf(inside);
      if (imageNames(inside.replaceAll(sep, '/')) === undefined || contentType === undefined)
        throw missing(path);
      return { ...(await readWhole(file, path)), contentType };
    } catch (error) {
      if (absences.has((error as NodeJS.ErrnoException).code ?? '')) throw missing(path);
      throw error;
    }
  }
}

async function readWhole(file: string, path: string): Promise<Pick<Image, 'body' | 'tag'>> {
  const handle = await open(file, flags);
  try {
    const found = await handle.stat({ bigint: true });
    if (!found.isFile()) throw missing(path);
    const { max } = limits.imageBytes;
    if (found.size > max)
      throw new SepetError(
        'image_refused',
        `The image ${JSON.stringify(path)} has ${found.size} bytes; at most ${max} are served.`,
      );
    const body = Buffer.allocUnsafeSlow(Number(found.size));
    let length = 0;
    while (length < body.length) {
      const { bytesRead } = await handle.read(body, length, body.length - length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
    const parts = [found.ino, found.size, found.mtimeNs].map((part) => part.toString(36));
    return { body: body.subarray(0, length), tag: `"${parts.join('-')}"` };
  } finally {
    await handle.close();
  }
}
