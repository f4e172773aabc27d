// s3://bucket/prefix?endpoint=..&region=..&pathStyle=..: where objects are. Credentials never stand in an address.

import type { SepetError } from '../../base/errors.ts';
import { nearest } from '../../base/nearest.ts';

export interface S3Address {
  readonly bucket: string;
  /** Empty, or ends with a slash. */
  readonly prefix: string;
  readonly endpoint?: string;
  readonly region?: string;
  /** Bucket in the path and not in the host name: what most servers other than AWS take. */
  readonly pathStyle: boolean;
  /** As commands show it. */
  readonly url: string;
}

const bucketName = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
const prefixName = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
const options = ['endpoint', 'region', 'pathStyle'];

type Invalid = (why: string) => SepetError;

function checkOptions(query: URLSearchParams, invalid: Invalid): void {
  for (const name of new Set(query.keys())) {
    if (!options.includes(name)) {
      const near = nearest(name, options);
      throw invalid(
        `has an unknown option "${name}"${near === undefined ? '' : ` (did you mean "${near}"?)`}`,
      );
    }
    if (query.getAll(name).length > 1) throw invalid(`says ${name} twice`);
  }
}

function endpointOf(query: URLSearchParams, invalid: Invalid): string | undefined {
  const text = query.get('endpoint');
  if (text === null) return undefined;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.search + url.hash !== '')
    throw invalid('has an endpoint that is not http://host:port or https://host:port');
  if (url.username + url.password !== '')
    throw invalid(
      'has credentials in its endpoint; give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
    );
  return url.href.replace(/\/$/, '');
}

function pathStyleOf(query: URLSearchParams, fallback: boolean, invalid: Invalid): boolean {
  const text = query.get('pathStyle');
  if (text === null) return fallback;
  if (text !== 'true' && text !== 'false') throw invalid('has a pathStyle that is neither true nor false');
  return text === 'true';
}

/** Reads an address that begins with `s3://`. `invalid` makes the error from what is wrong. */
export function parseS3Address(address: string, invalid: Invalid): S3Address {
  const [, bucket = '', path = '', search = ''] = /^s3:\/\/([^/?]*)\/?([^?]*)\??(.*)$/s.exec(address) ?? [];
  if (bucket.includes('@'))
    throw invalid('has credentials in it; give them as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY');
  if (!bucketName.test(bucket)) throw invalid('names no bucket');
  const names = path.replace(/\/$/, '').split('/');
  if (path !== '' && !(path.length <= 400 && names.every((name) => prefixName.test(name))))
    throw invalid('has a prefix that is not plain names between slashes');
  const query = new URLSearchParams(search);
  checkOptions(query, invalid);
  const endpoint = endpointOf(query, invalid);
  const region = query.get('region') ?? undefined;
  if (region !== undefined && !/^[a-z0-9-]{1,40}$/.test(region))
    throw invalid('has a region that cannot be one');
  const given = { endpoint, region, pathStyle: query.get('pathStyle') ?? undefined };
  const shown = Object.entries(given).flatMap(([name, value]) =>
    value === undefined ? [] : `${name}=${value}`,
  );
  const prefix = path === '' ? '' : `${names.join('/')}/`;
  return {
    bucket,
    prefix,
    ...(endpoint !== undefined && { endpoint }),
    ...(region !== undefined && { region }),
    // Servers with an endpoint of their own seldom have a name a bucket.
    pathStyle: pathStyleOf(query, endpoint !== undefined, invalid),
    url: `s3://${bucket}/${prefix}${shown.length === 0 ? '' : `?${shown.join('&')}`}`,
  };
}
