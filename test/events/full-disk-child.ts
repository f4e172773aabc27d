// Appends to a folder of events under a limit of the system on the size of files, and prints what came of it.

import { openFileSink } from '../../src/events/file-sink.ts';
import { eventsOf } from './made.ts';

process.on('SIGXFSZ', () => {});
const [folder = ''] = process.argv.slice(2);
const silent = { info: () => {}, warn: () => {}, error: () => {} };
const sink = await openFileSink({ folder, sync: true, log: silent });
const acknowledged: (string | undefined)[] = [];
const codes: unknown[] = [];
// The second call is longer than what the limit leaves, so that a part of it is written; the third fits again.
for (const count of [20, 200, 3]) {
  const events = eventsOf(count);
  try {
    await sink.append(events);
    acknowledged.push(...events.map(({ id }) => id));
    codes.push('kept');
  } catch (error) {
    codes.push(error instanceof Error && 'code' in error ? error.code : error);
  }
}
await sink.close();
process.stdout.write(JSON.stringify({ codes, acknowledged }));
