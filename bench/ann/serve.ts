// The process of a library with a JavaScript API: reads the lines of native/contest.h and answers them. Only the library's
// calls are timed; queries are made ready in the shape it wants before, and answers taken apart after.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';

export interface Vectors {
  readonly data: Float32Array;
  readonly dims: number;
  readonly rows: number;
}

export interface ServeSetting {
  readonly graph: string;
  readonly M: number;
  readonly efConstruction: number;
  readonly threads: number;
}

/** A batch ready to be asked, `ask` being all that is timed, and its rows written to `rows` afterwards. */
export interface Prepared {
  ask(): void;
  take(rows: Uint32Array): void;
}

export interface JsLibrary {
  build?(base: Vectors, setting: ServeSetting): void;
  load(base: Vectors, setting: ServeSetting): void;
  prepare(queries: Vectors, k: number, ef: number): Prepared;
}

function readVectors(path: string, dims: number): Vectors {
  const bytes = readFileSync(path);
  const data = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  return { data, dims, rows: data.length / dims };
}

function bytesOf(file: string, name: string): number {
  const line = readFileSync(file, 'utf8').match(new RegExp(`^${name}:\\s+(\\d+)`, 'm'));
  return Number(line?.[1] ?? 0) * 1024;
}

const say = (fact: Record<string, unknown>): void => {
  process.stdout.write(`${JSON.stringify(fact)}\n`);
};

/** What passes on the wall's clock, and the CPU seconds of all threads of the process. */
function time(work: () => void): { seconds: number; cpuSeconds: number } {
  const before = process.cpuUsage();
  const began = performance.now();
  work();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(before);
  return { seconds, cpuSeconds: (user + system) / 1e6 };
}

/** Builds the index and says what it took, in the words of native/contest.h. */
function build(library: JsLibrary, base: Vectors, setting: ServeSetting): void {
  const dataBytes = process.memoryUsage.rss();
  const clocks = time(() => library.build?.(base, setting));
  say({ ...clocks, peakBytes: bytesOf('/proc/self/status', 'VmHWM'), dataBytes });
}

/** Queries from .. from+count-1, round the end, in a row of batches; the seconds of the asking and all rows. */
function search(library: JsLibrary, queries: Vectors, words: readonly number[], k: number) {
  const [from = 0, count = 0, ef = k, batch = 1] = words;
  const { data, dims, rows: all } = queries;
  const asked = new Float32Array(count * dims);
  for (let i = 0; i < count; i++) {
    const query = (from + i) % all;
    asked.set(data.subarray(query * dims, (query + 1) * dims), i * dims);
  }
  const calls: Prepared[] = [];
  for (let first = 0; first < count; first += batch) {
    const rows = Math.min(batch, count - first);
    const part = asked.subarray(first * dims, (first + rows) * dims);
    calls.push(library.prepare({ data: part, dims, rows }, k, ef));
  }
  const clocks = time(() => {
    for (const call of calls) call.ask();
  });
  const rows = new Uint32Array(count * k).fill(0xffffffff);
  for (const [i, call] of calls.entries()) call.take(rows.subarray(i * batch * k));
  return { clocks, rows };
}

/** Loaded when asked for: a library needs no other to be there. */
const libraries: Record<string, () => Promise<JsLibrary>> = {
  sepet: async () => new (await import('./serve-sepet.ts')).Sepet(),
  usearch: async () => new (await import('./serve-usearch.ts')).Usearch(),
  'hnswlib-node': async () => new (await import('./serve-hnswlib.ts')).HnswlibNode(),
};

const text = { type: 'string' } as const;
const names = [
  'library',
  'data',
  'dims',
  'k',
  'graph',
  'answers',
  'build',
  'M',
  'ef-construction',
  'threads',
];
const { values } = parseArgs({ options: Object.fromEntries(names.map((name) => [name, text])) });
const given = (name: string): string => String(values[name] ?? '');
const number = (name: string): number => Number(values[name] ?? 0);
const library = await libraries[given('library')]?.();
if (library === undefined) throw new Error(`There is no library ${given('library')}.`);
const setting = {
  graph: given('graph'),
  M: number('M'),
  efConstruction: number('ef-construction'),
  threads: number('threads'),
};
const base = readVectors(join(given('data'), 'base.f32'), number('dims'));
if (values.build !== undefined) build(library, base, setting);
else {
  library.load(base, setting);
  const queries = readVectors(join(given('data'), 'query.f32'), number('dims'));
  say({
    ready: true,
    hugePageBytes: bytesOf('/proc/self/smaps_rollup', 'AnonHugePages'),
    residentBytes: process.memoryUsage.rss(),
  });
  for await (const line of createInterface({ input: process.stdin })) {
    const [command, ...words] = line.split(' ');
    if (command !== 'search') throw new Error(`No such command: ${line}`);
    const { clocks, rows } = search(library, queries, words.map(Number), number('k'));
    writeFileSync(`${given('answers')}.part`, rows);
    renameSync(`${given('answers')}.part`, given('answers'));
    say({ ...clocks, queries: rows.length / number('k') });
  }
}
