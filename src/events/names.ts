// Names of files of lines: the UTC day on which they were received, the process that writes them, a number. A process
// writes into its own files only, so several share a folder without a lock.

import { owner } from '../store/owner.ts';

export interface LineFileName {
  readonly day: string;
  readonly owner: string;
  readonly number: number;
}

export interface LineFileNames {
  readonly fileName: (day: string, number: number) => string;
  /** Undefined where the file is none of these. */
  readonly parse: (name: string) => LineFileName | undefined;
}

function namesWith(prefix: string): LineFileNames {
  const pattern = new RegExp(
    `^${prefix}(\\d{4}-\\d{2}-\\d{2})\\.([0-9a-f]{8}-\\d+-\\d+)\\.(\\d{4,})\\.jsonl$`,
  );
  return {
    fileName: (day, number) => `${prefix}${day}.${owner}.${String(number).padStart(4, '0')}.jsonl`,
    parse: (name) => {
      const [, day, of, number] = pattern.exec(name) ?? [];
      if (day === undefined || of === undefined) return undefined;
      return { day, owner: of, number: Number(number) };
    },
  };
}

/** `2026-05-01.1f2e3d4c-812-9917.0001.jsonl`. */
export const eventFiles = namesWith('');

/** `verdicts-2026-05-01.1f2e3d4c-812-9917.0001.jsonl`. */
export const verdictFiles = namesWith('verdicts-');

/** The UTC day of a moment. */
export const dayOf = (ms: number): string => new Date(ms).toISOString().slice(0, 10);
