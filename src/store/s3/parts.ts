// An upload in parts: some at once, each in a buffer of its own that is used again. Parts of an earlier upload that broke
// are found by its key, which is the name of the content, and taken where their MD5 is that of the file's bytes.

import { createHash } from 'node:crypto';
import type { FileHandle } from 'node:fs/promises';
import type { CompletedPart, Part, S3 } from '@aws-sdk/client-s3';
import { faultPoint } from '../../base/faults.ts';
import { limits } from '../../base/limits.ts';
import { changed, throwIfAborted } from '../failures.ts';
import type { UploadOptions } from '../store.ts';
import { aborting, sending } from './client.ts';
import type { S3Object } from './source.ts';

const partsMax = 10_000;
const partsAtOnce = 3;

export interface Upload extends UploadOptions {
  readonly s3: S3;
  readonly object: S3Object;
  readonly file: FileHandle;
  /** The file's path, for messages. */
  readonly name: string;
  readonly bytes: number;
}

/** The same for a file each time, or parts of an earlier upload would not fit. */
function partBytesOf(bytes: number): number {
  const mebibyte = 1 << 20;
  return Math.max(limits.uploadPartBytes.default, Math.ceil(bytes / partsMax / mebibyte) * mebibyte);
}

/** Fills the buffer from `position` on. Throws `file_io` where the file has become shorter. */
export async function readInto({ file, name }: Upload, buffer: Buffer, position: number): Promise<void> {
  for (let done = 0; done < buffer.length; ) {
    const { bytesRead } = await file.read(buffer, done, buffer.length - done, position + done);
    if (bytesRead === 0) throw changed(name);
    done += bytesRead;
  }
}

/** Throws `file_io` where the file is no longer what its name says. */
export function checkDigest({ sha256, name }: Upload, digest: string): void {
  if (sha256 !== undefined && sha256 !== digest) throw changed(name);
}

interface PartRead {
  readonly PartNumber: number;
  readonly Body: Buffer;
}

/** Reads a file part by part, whoever asks next, and hashes it in that order. */
class PartReader {
  readonly count: number;
  readonly partBytes: number;
  readonly #upload: Upload;
  readonly #hash = createHash('sha256');
  #next = 0;
  #turn: Promise<unknown> = Promise.resolve();

  constructor(upload: Upload) {
    this.#upload = upload;
    this.partBytes = partBytesOf(upload.bytes);
    this.count = Math.ceil(upload.bytes / this.partBytes);
  }

  /** The next part, in `room`; undefined after the last. */
  next(room: Buffer): Promise<PartRead | undefined> {
    const mine = this.#turn.then(() => this.#read(room));
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  digest = (): string => this.#hash.digest('hex');

  async #read(room: Buffer): Promise<PartRead | undefined> {
    throwIfAborted(this.#upload.signal);
    if (this.#next >= this.count) return undefined;
    const from = this.#next++ * this.partBytes;
    const Body = room.subarray(0, Math.min(this.partBytes, this.#upload.bytes - from));
    await readInto(this.#upload, Body, from);
    this.#hash.update(Body);
    return { PartNumber: this.#next, Body };
  }
}

/** Parts that an upload has already, by number. */
async function partsOf({ s3, object, signal }: Upload, UploadId: string): Promise<Map<number, Part>> {
  const parts = new Map<number, Part>();
  let marker: string | undefined;
  do {
    const asked = { ...object, UploadId, ...(marker !== undefined && { PartNumberMarker: marker }) };
    const page = await s3.listParts(asked, aborting(signal));
    for (const part of page.Parts ?? []) parts.set(part.PartNumber ?? 0, part);
    marker = page.IsTruncated ? page.NextPartNumberMarker : undefined;
  } while (marker !== undefined);
  return parts;
}

/** Whether the stored part is these bytes. Where etags are no MD5 (as with encryption by KMS) it is sent again. */
function isSame(part: Part | undefined, bytes: Buffer): part is Part {
  if (part?.Size !== bytes.length) return false;
  return part.ETag?.replaceAll('"', '') === createHash('md5').update(bytes).digest('hex');
}

/** Sends what the upload lacks; its parts in order. Throws `cancelled`, `file_io`, or what the SDK throws. */
export async function sendParts(upload: Upload, UploadId: string): Promise<CompletedPart[]> {
  const { s3, object, bytes, signal } = upload;
  const there = await partsOf(upload, UploadId);
  const reader = new PartReader(upload);
  const sent: CompletedPart[] = [];
  let [done, isFailed] = [0, false];
  const lane = async (): Promise<void> => {
    const room = Buffer.allocUnsafeSlow(reader.partBytes);
    for (
      let part = await reader.next(room);
      part !== undefined && !isFailed;
      part = await reader.next(room)
    ) {
      const old = there.get(part.PartNumber);
      const asked = { ...object, UploadId, ...part };
      const { ETag } = isSame(old, part.Body) ? old : await s3.uploadPart(asked, sending(signal));
      sent[part.PartNumber - 1] = { PartNumber: part.PartNumber, ...(ETag !== undefined && { ETag }) };
      done += part.Body.length;
      faultPoint('publish:during-upload');
      upload.onProgress?.(done, bytes);
    }
  };
  const lanes = Array.from({ length: Math.min(partsAtOnce, reader.count) }, () =>
    lane().catch((error: unknown) => {
      isFailed = true;
      throw error;
    }),
  );
  // All of them end before the first failure is told: none reads on in a file that is closed.
  for (const outcome of await Promise.allSettled(lanes))
    if (outcome.status === 'rejected') throw outcome.reason;
  checkDigest(upload, reader.digest());
  return sent;
}
