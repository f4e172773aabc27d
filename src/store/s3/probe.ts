// Asks a server whether it honours conditions, since one that ignores them would let two publishers overwrite each other.

import { randomBytes } from 'node:crypto';
import type { S3 } from '@aws-sdk/client-s3';
import { SepetError } from '../../base/errors.ts';
import { type Condition, isRefusal, isUnsupported } from './answers.ts';

interface Step {
  readonly conditionOf: (etag: string | undefined) => Condition;
  readonly says: string;
  /** Whether the write must be refused. */
  readonly refused: boolean;
}

const wrongEtag = '"00000000000000000000000000000000"';

/** In this order, on one object that is not there at first. */
const steps: readonly Step[] = [
  { conditionOf: () => ({ IfMatch: wrongEtag }), says: 'If-Match of a missing object', refused: true },
  { conditionOf: () => ({ IfNoneMatch: '*' }), says: 'If-None-Match: * of a missing object', refused: false },
  { conditionOf: () => ({ IfNoneMatch: '*' }), says: 'If-None-Match: *', refused: true },
  { conditionOf: () => ({ IfMatch: wrongEtag }), says: 'If-Match of another etag', refused: true },
  { conditionOf: (etag) => ({ IfMatch: etag ?? wrongEtag }), says: 'If-Match of its etag', refused: false },
];

/** Throws `store_unconditional`, or what the SDK throws. `bucket` and `prefix` say where it may write. */
export async function probeConditions(
  s3: S3,
  url: string,
  place: { Bucket: string; prefix: string },
): Promise<void> {
  const object = { Bucket: place.Bucket, Key: `${place.prefix}.probe-${randomBytes(8).toString('hex')}` };
  const unconditional = (says: string, does: string): SepetError => {
    const servers = 'Use a folder, AWS S3, Cloudflare R2 or a recent MinIO or Ceph';
    const message = `${url} ${does} ${says}, and without it two publishers could overwrite each other. ${servers}.`;
    return new SepetError('store_unconditional', message);
  };
  let etag: string | undefined;
  try {
    for (const { conditionOf, says, refused } of steps) {
      const condition = conditionOf(etag);
      try {
        ({ ETag: etag } = await s3.putObject({ ...object, Body: `sepet ${says}`, ...condition }));
      } catch (error) {
        if (isUnsupported(error)) throw unconditional(says, 'does not take');
        if (!isRefusal(error, condition)) throw error;
        if (!refused) throw unconditional(says, 'refuses');
        continue;
      }
      if (refused) throw unconditional(says, 'ignores');
    }
  } finally {
    await s3.deleteObject(object).catch(() => undefined);
  }
}
