// A file's way into S3: one request where it is small, else parts, which an upload that broke is gone on with.

import { createHash } from 'node:crypto';
import type { S3 } from '@aws-sdk/client-s3';
import { faultPoint } from '../../base/faults.ts';
import { limits } from '../../base/limits.ts';
import { throwIfAborted } from '../failures.ts';
import { answerOf, isUnsupported, isUploadLost } from './answers.ts';
import { aborting, sending } from './client.ts';
import { checkDigest, readInto, sendParts, type Upload } from './parts.ts';
import type { S3Object } from './source.ts';

/** Ids of unfinished uploads of this key, newest first; none where the server does not tell. */
async function unfinished({ s3, object, signal }: Upload): Promise<string[]> {
  try {
    const asked = { Bucket: object.Bucket, Prefix: object.Key };
    const { Uploads = [] } = await s3.listMultipartUploads(asked, aborting(signal));
    return Uploads.filter(({ Key }) => Key === object.Key)
      .sort((a, b) => (b.Initiated?.getTime() ?? 0) - (a.Initiated?.getTime() ?? 0))
      .flatMap(({ UploadId }) => UploadId ?? []);
  } catch (error) {
    if (isUnsupported(error) || [400, 403, 404, 405].includes(answerOf(error).status ?? 0)) return [];
    throw error;
  }
}

async function sendInParts(upload: Upload): Promise<void> {
  const { s3, object, signal } = upload;
  const [found, ...others] = await unfinished(upload);
  const UploadId = found ?? (await s3.createMultipartUpload(object, aborting(signal))).UploadId;
  if (UploadId === undefined) throw new Error('the server gave the upload no id');
  const Parts = await sendParts(upload, UploadId);
  await s3.completeMultipartUpload({ ...object, UploadId, MultipartUpload: { Parts } }, sending(signal));
  // Parts cost until their upload ends. Who still works on one of these finds the object there.
  for (const other of others)
    await s3.abortMultipartUpload({ ...object, UploadId: other }).catch(() => undefined);
}

async function sendWhole(upload: Upload): Promise<void> {
  const Body = Buffer.allocUnsafeSlow(upload.bytes);
  await readInto(upload, Body, 0);
  checkDigest(upload, createHash('sha256').update(Body).digest('hex'));
  faultPoint('publish:during-upload');
  await upload.s3.putObject({ ...upload.object, Body }, sending(upload.signal));
  upload.onProgress?.(upload.bytes, upload.bytes);
}

/** Length of the object, undefined where there is none. */
async function storedBytes(s3: S3, object: S3Object, signal?: AbortSignal): Promise<number | undefined> {
  try {
    return (await s3.headObject(object, aborting(signal))).ContentLength;
  } catch (error) {
    if (answerOf(error).status === 404) return undefined;
    throw error;
  }
}

/** Uploads what is not there yet. Throws `cancelled`, `file_io`, or what the SDK throws. */
export async function uploadFile(upload: Upload): Promise<void> {
  const { s3, object, bytes, signal, onProgress } = upload;
  throwIfAborted(signal);
  if ((await storedBytes(s3, object, signal)) === bytes) return onProgress?.(bytes, bytes);
  if (bytes <= limits.uploadPartBytes.default) return sendWhole(upload);
  try {
    await sendInParts(upload);
  } catch (error) {
    if (!isUploadLost(error)) throw error;
    // Most often completed: by another publisher of the same file, or by a try of ours whose answer was lost.
    if ((await storedBytes(s3, object, signal)) !== bytes) await sendInParts(upload);
  }
}
