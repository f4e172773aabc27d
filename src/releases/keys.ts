// Where things lie in a store, and what they are called: docs/formats.md draws the layout.

import { SepetError } from '../base/errors.ts';

const name = /^sha256:([0-9a-f]{64})$/;

/** The hex digits of `sha256:<64 hex>`. Throws `release_unknown` where it is no such name. */
export function hexOf(file: string): string {
  const hex = name.exec(file)?.[1];
  if (hex !== undefined) return hex;
  throw new SepetError('release_unknown', `"${file}" is not sha256: and 64 hexadecimal digits.`);
}

export const artifactKey = (file: string): string => `artifacts/${hexOf(file)}.sepet`;
export const artifactRecordKey = (file: string): string => `artifacts/${hexOf(file)}.json`;
export const policiesKey = (policies: string): string => `policies/${hexOf(policies)}.json`;
export const policiesRecordKey = (policies: string): string => `policies/${hexOf(policies)}.record.json`;
export const labelKey = (label: string): string => `labels/${label}.json`;
export const historyKey = (label: string, revision: number): string =>
  `history/${label}/${String(revision).padStart(8, '0')}.json`;

/** `sha256:` and as many digits as people compare: what the tables of commands show. */
export const shortName = (file: string): string => file.slice(0, 'sha256:'.length + 12);
