// Which policy it is, whatever its file looks like: a digest of what the document says.

import { createHash } from 'node:crypto';
import type { PolicyDocument } from './document.ts';

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, part]) => part !== undefined);
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, part]) => [key, canonical(part)]));
}

/** `sha256:` of the document with its defaults, keys sorted, without where it came from. */
export function policyHash({ origin: _, ...document }: PolicyDocument): string {
  return `sha256:${createHash('sha256')
    .update(JSON.stringify(canonical(document)))
    .digest('hex')}`;
}
