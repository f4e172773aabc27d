// An object of S3 as a source of bytes: a connection that breaks is opened again where it broke, by Range and If-Match.

import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { S3 } from '@aws-sdk/client-s3';
import { SepetError } from '../../base/errors.ts';
import type { Source } from '../download.ts';
import { answerOf } from './answers.ts';
import { aborting, attempts } from './client.ts';

export interface S3Object {
  readonly Bucket: string;
  readonly Key: string;
}

const retryMs = 200;

interface Opened {
  readonly s3: S3;
  readonly object: S3Object;
  readonly etag: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** The bytes from `from` on, as far as the connection lasts. */
async function open({ s3, object, etag, signal }: Opened, from: number): Promise<Readable> {
  const asked = {
    ...object,
    ...(from > 0 && { Range: `bytes=${from}-` }),
    ...(etag !== undefined && { IfMatch: etag }),
  };
  const { Body, ContentRange } = await s3.getObject(asked, aborting(signal)).catch((error: unknown) => {
    if (answerOf(error).status !== 412) throw error;
    throw new SepetError('store_conflict', `${object.Key} was replaced while it was read; try again.`);
  });
  if (!(Body instanceof Readable)) throw new Error('the answer has no body');
  if (from === 0 || ContentRange?.startsWith(`bytes ${from}-`)) return Body;
  Body.destroy();
  throw new SepetError(
    'store_unreachable',
    `${object.Key}: the server does not send parts of objects (Range).`,
  );
}

/**
 * From `from` to the end. The SDK repeats requests until the answer begins; a body that breaks off is gone on with here,
 * as long as it brings bytes or there are attempts left.
 */
async function* chunks(opened: Opened, from: number, bytes: number): AsyncGenerator<Uint8Array, void> {
  let position = from;
  for (let attempt = 1; position < bytes; attempt++) {
    const body = await open(opened, position);
    try {
      for await (const chunk of body as AsyncIterable<Uint8Array>) {
        position += chunk.length;
        attempt = 0;
        yield chunk;
      }
      if (position < bytes) throw new Error(`the answer ended after ${position} of ${bytes} bytes`);
    } catch (error) {
      if (opened.signal?.aborted || attempt >= attempts) throw error;
      await sleep(retryMs * (attempt + 1));
    }
  }
}

/** Asks for the object's length. Throws what the SDK throws. */
export async function sourceOf(s3: S3, object: S3Object, signal?: AbortSignal): Promise<Source> {
  const { ContentLength: bytes = 0, ETag: etag } = await s3.headObject(object, aborting(signal));
  return { bytes, chunks: (from) => chunks({ s3, object, etag, signal }, from, bytes) };
}
