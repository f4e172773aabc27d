// Folders of events for tests, and what stands in them.

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ShopEvent } from '../../src/events/event.ts';

export const eventsFolder = (): string => join(mkdtempSync(join(tmpdir(), 'sepet-events-')), 'events');

/** Names of the files, in order. */
export const filesIn = (folder: string): string[] => readdirSync(folder).sort();

/** Every event of the folder; a file that does not end with a whole line is an error. */
export function eventsIn(folder: string): ShopEvent[] {
  return filesIn(folder).flatMap((name) => {
    const text = readFileSync(join(folder, name), 'utf8');
    if (text !== '' && !text.endsWith('\n')) throw new Error(`${name} ends in half a line.`);
    return text
      .split('\n')
      .slice(0, -1)
      .map((line): ShopEvent => JSON.parse(line));
  });
}

export const removeFolder = (folder: string): void =>
  rmSync(join(folder, '..'), { recursive: true, force: true });
