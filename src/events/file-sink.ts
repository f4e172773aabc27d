// Events as lines of JSON in a folder.

import { limits } from '../base/limits.ts';
import type { ShopEvent } from './event.ts';
import { type LineFilesOptions, openLineFiles } from './line-files.ts';
import { eventFiles } from './names.ts';
import type { EventSink } from './sink.ts';

export type FileSinkOptions = Omit<LineFilesOptions, 'names' | 'noun' | 'code'>;

/** Opens a folder of events, making it where it is missing and repairing what was left. Throws `events_unavailable`. */
export function openFileSink(options: FileSinkOptions): Promise<EventSink> {
  return openLineFiles<ShopEvent>({
    ...{ names: eventFiles, noun: 'events', code: 'events_unavailable' },
    fileBytes: limits.eventFileBytes.default,
    ...options,
  });
}
