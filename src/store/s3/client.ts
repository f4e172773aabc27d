// The one door to the AWS SDK, opened at the first request: commands that use a folder never load it.

import type { S3 } from '@aws-sdk/client-s3';
import { limits } from '../../base/limits.ts';
import type { S3Address } from './address.ts';

const timeoutMs = limits.storeTimeoutSeconds.default * 1000;
export const attempts = limits.storeAttempts.default;

interface RequestOptions {
  readonly abortSignal?: AbortSignal;
  readonly requestTimeout?: number;
}

/** Options of a request that ends when the signal says so. */
export const aborting = (signal: AbortSignal | undefined): RequestOptions =>
  signal === undefined ? {} : { abortSignal: signal };

/** Options of a request that may take long, such as a part on a slow line: only silence ends it. */
export const sending = (signal?: AbortSignal): RequestOptions => ({ ...aborting(signal), requestTimeout: 0 });

/** AWS names its regions; servers with an endpoint of their own take any, so it need not be said. */
function regionOf({ region, endpoint }: S3Address): { region?: string } {
  if (region !== undefined) return { region };
  if (endpoint === undefined) return {};
  return { region: process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? 'us-east-1' };
}

export async function makeClient(address: S3Address): Promise<S3> {
  // It warns on Node.js 20, which its later versions will not take; this one does.
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';
  const sdk = await import('@aws-sdk/client-s3');
  return new sdk.S3({
    ...regionOf(address),
    ...(address.endpoint !== undefined && { endpoint: address.endpoint }),
    forcePathStyle: address.pathStyle,
    // The SDK's own checksums are trailers that many servers refuse; ours is the SHA-256 in every name.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    maxAttempts: attempts,
    requestHandler: {
      connectionTimeout: timeoutMs,
      requestTimeout: timeoutMs,
      throwOnRequestTimeout: true,
      socketTimeout: timeoutMs,
    },
  });
}
