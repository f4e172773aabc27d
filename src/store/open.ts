// Store addresses: a folder's path or file: URL, or s3://bucket/prefix with options in the query.

import { isAbsolute, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SepetError } from '../base/errors.ts';
import { messageOf } from './failures.ts';
import { FileStore } from './file/store.ts';
import { parseS3Address } from './s3/address.ts';
import { S3Store } from './s3/store.ts';
import type { Store } from './store.ts';

const examples =
  '/srv/sepet, ./store, file:store, s3://bucket/prefix or s3://bucket?endpoint=http://host:9000&pathStyle=true';

/** What may hold a password is not shown. */
const shown = (address: string): string => (/@|%40/.test(address) ? 'address' : JSON.stringify(address));

const invalid = (address: string, why: string): SepetError =>
  new SepetError('store_invalid', `The store ${shown(address)} ${why}. Stores look like ${examples}.`);

/** file:PATH is a path like any other, file://... a URL as everybody writes them. */
function folderOf(address: string): string {
  const rest = address.slice('file:'.length);
  if (!rest.startsWith('//')) return resolve(rest);
  try {
    return fileURLToPath(address);
  } catch (error) {
    throw invalid(address, `is not a file URL: ${messageOf(error)}`);
  }
}

/**
 * Opens a store; nothing is asked of it yet. A bare path begins with `/`, `./` or `../`.
 * Throws `store_invalid`.
 */
export function openStore(address: string): Store {
  if (address.includes('\0')) throw invalid(address, 'holds a zero byte');
  if (address.startsWith('s3://'))
    return new S3Store(parseS3Address(address, (why) => invalid(address, why)));
  if (address.startsWith('file:') && address.length > 'file:'.length) return new FileStore(folderOf(address));
  if (isAbsolute(address) || /^\.{1,2}(\/|$)/.test(address)) return new FileStore(resolve(address));
  throw invalid(address, 'is neither a folder nor an s3:// address');
}
