// Names of the files of events: the UTC day on which they were received, the process that writes them, a number. A process
// writes into its own files only, so several share a folder without a lock.

import { owner } from '../store/owner.ts';

const pattern = /^(\d{4}-\d{2}-\d{2})\.([0-9a-f]{8}-\d+-\d+)\.(\d{4,})\.jsonl$/;

export interface EventFileName {
  readonly day: string;
  readonly owner: string;
  readonly number: number;
}

/** `2026-05-01.1f2e3d4c-812-9917.0001.jsonl`. */
export const eventFileName = (day: string, number: number): string =>
  `${day}.${owner}.${String(number).padStart(4, '0')}.jsonl`;

/** Undefined where the file is none of events. */
export function parseEventFileName(name: string): EventFileName | undefined {
  const [, day, of, number] = pattern.exec(name) ?? [];
  if (day === undefined || of === undefined) return undefined;
  return { day, owner: of, number: Number(number) };
}

/** The UTC day of a moment. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
