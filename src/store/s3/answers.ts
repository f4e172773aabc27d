// What the SDK throws, as errors of Sepet. Names differ between servers, so the HTTP status decides where there is one.

import { SepetError } from '../../base/errors.ts';
import { messageOf } from '../failures.ts';

/** What must hold for a write to be done. */
export type Condition = { readonly IfMatch: string } | { readonly IfNoneMatch: '*' };

interface Answer {
  readonly status: number | undefined;
  readonly name: string;
  /** How often the SDK sent the request. */
  readonly attempts: number;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

/** What a server answered, as far as there was an answer. */
export function answerOf(error: unknown): Answer {
  const metadata = field(error, '$metadata');
  const status = field(metadata, 'httpStatusCode');
  const attempts = field(metadata, 'attempts');
  return {
    status: typeof status === 'number' ? status : undefined,
    name: error instanceof Error ? error.name : '',
    attempts: typeof attempts === 'number' ? attempts : 1,
  };
}

/** The object is not there. A missing bucket is another matter. */
export const isNoObject = (error: unknown): boolean => {
  const { status, name } = answerOf(error);
  return status === 404 && name !== 'NoSuchBucket' && name !== 'NoSuchUpload';
};

/** The upload in parts is over (completed or aborted, by us or somebody else), or somebody else sent its parts anew. */
export const isUploadLost = (error: unknown): boolean =>
  ['NoSuchUpload', 'InvalidPart'].includes(answerOf(error).name);

/**
 * A condition of a write did not hold: 412, or 409 where two came at once, or 404 for If-Match of an object that is not
 * there. (304 is what early versions of MinIO said.)
 */
export const isRefusal = (error: unknown, condition: Condition): boolean => {
  const { status = 0, name } = answerOf(error);
  if (status === 404) return 'IfMatch' in condition && name !== 'NoSuchBucket';
  return [304, 409, 412].includes(status);
};

/** The server takes no such request at all, such as a conditional one. */
export const isUnsupported = (error: unknown): boolean => {
  const { status, name } = answerOf(error);
  return status === 501 || name === 'NotImplemented';
};

function why(error: unknown, bucket: string): string {
  const { status, name } = answerOf(error);
  const message = messageOf(error);
  if (name === 'NoSuchBucket') return `there is no bucket ${bucket}; make it first`;
  if (name === 'CredentialsProviderError')
    return 'there are no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE';
  if (/region is missing/i.test(message)) return 'it is in no region; add ?region=.. or set AWS_REGION';
  if (status === 301) return 'the bucket is in another region; add ?region=..';
  if (status === 401 || status === 403) return `it refuses these credentials (${name})`;
  if (status !== undefined) return `it answered ${status} ${name}`;
  if (name === 'TimeoutError') return 'it does not answer in time';
  return `it does not answer (${message || name})`;
}

export interface Asked {
  readonly url: string;
  readonly bucket: string;
  readonly signal?: AbortSignal | undefined;
}

/** Any failure of a request; errors of Sepet pass. */
export function failureOf(error: unknown, { url, bucket, signal }: Asked): SepetError {
  if (error instanceof SepetError) return error;
  if (signal?.aborted)
    return new SepetError('cancelled', 'Stopped on request; start again to go on from there.');
  // What the SDK throws holds the whole exchange, signature and all: no log needs that.
  const cause = new Error(`${answerOf(error).name}: ${messageOf(error)}`);
  return new SepetError('store_unreachable', `${url}: ${why(error, bucket)}.`, { cause });
}
