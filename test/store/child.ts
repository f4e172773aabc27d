// A process of its own that uses a store, for tests that kill it or measure its memory. What it does is one JSON object in
// the first argument; what it finds it prints as JSON lines.

import { readFileSync } from 'node:fs';
import { withLock } from '../../src/store/file/lock.ts';
import { sha256OfFile } from '../../src/store/hash.ts';
import { openStore } from '../../src/store/open.ts';
import { countUp } from './count.ts';

export type Task =
  /** Adds one to a number by compare-and-swap, `times` times; prints each that is done. */
  | { readonly does: 'count'; readonly address: string; readonly key: string; readonly times: number }
  /** Takes a lock and keeps it. */
  | { readonly does: 'hold'; readonly folder: string; readonly temporary: string }
  /** Uploads a file, then downloads it where `to` is given; prints its peak of anonymous memory. */
  | { readonly does: 'transfer'; readonly address: string; readonly file: string; readonly to?: string };

const say = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

/** Memory that is not files, in bytes; undefined where the system does not tell. */
function anonymousBytes(): number | undefined {
  try {
    const kilobytes = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
    return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
  } catch {
    return undefined;
  }
}

async function transfer({ address, file, to }: Extract<Task, { does: 'transfer' }>): Promise<void> {
  let peak = 0;
  const onProgress = (): void => {
    peak = Math.max(peak, anonymousBytes() ?? 0);
  };
  const store = openStore(address);
  await store.probe();
  const sha256 = await sha256OfFile(file, { onProgress });
  const key = `artifacts/${sha256}.sepet`;
  await store.upload(key, file, { onProgress });
  const bytes = (await store.list(key))[0]?.bytes ?? 0;
  if (to !== undefined) await store.download(key, to, { sha256, bytes, onProgress });
  store.close();
  say({ sha256, bytes, peak });
}

async function work(task: Task): Promise<void> {
  if (task.does === 'transfer') return transfer(task);
  if (task.does === 'hold') {
    return withLock(task, async () => {
      say('held');
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    });
  }
  await countUp(openStore(task.address), task.key, task.times, () => say('done'));
}

await work(JSON.parse(process.argv[2] ?? '') as Task);
