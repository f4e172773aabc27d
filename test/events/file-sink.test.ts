// Events in a folder: the conformance of every sink, and what is the folder's own.

import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createLog } from '../../src/base/log.ts';
import { type FileSinkOptions, openFileSink } from '../../src/events/file-sink.ts';
import { eventFiles } from '../../src/events/names.ts';
import type { EventSink } from '../../src/events/sink.ts';
import { sinkConformance } from './conformance.ts';
import { eventsFolder, eventsIn, filesIn, removeFolder } from './folder.ts';
import { eventsOf } from './made.ts';

const said: string[] = [];
const log = createLog('text', (line) => said.push(line));

for (const sync of [true, false])
  sinkConformance(`a folder, ${sync ? 'on the disk' : 'with the system'}`, () => {
    const folder = eventsFolder();
    return {
      open: (options) => openFileSink({ folder, sync, log, ...options }),
      kept: async () => eventsIn(folder),
      clean: () => removeFolder(folder),
    };
  });

describe('a folder of events', () => {
  let folder: string;
  const sinks: EventSink[] = [];
  const open = async (options: Partial<FileSinkOptions> = {}): Promise<EventSink> => {
    const sink = await openFileSink({ folder, sync: true, log, ...options });
    sinks.push(sink);
    return sink;
  };

  beforeEach(() => {
    folder = eventsFolder();
    said.length = 0;
  });

  afterEach(async () => {
    vi.useRealTimers();
    for (const sink of sinks.splice(0)) await sink.close();
    removeFolder(folder);
  });

  it('begins a file at a size', async () => {
    const sink = await open({ fileBytes: 2000 });
    for (let i = 0; i < 30; i++) await sink.append(eventsOf(2));
    expect(filesIn(folder).length).toBeGreaterThan(2);
    for (const name of filesIn(folder)) expect(statSync(join(folder, name)).size).toBeLessThan(2500);
    expect(eventsIn(folder)).toHaveLength(60);
  });

  it('begins a file at midnight, UTC', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse('2026-05-01T23:59:59Z') });
    const sink = await open();
    await sink.append(eventsOf(1));
    vi.setSystemTime(Date.parse('2026-05-02T00:00:01Z'));
    await sink.append(eventsOf(2));
    expect(filesIn(folder).map((name) => eventFiles.parse(name)?.day)).toEqual(['2026-05-01', '2026-05-02']);
  });

  it('is shared by sinks, each with files of its own', async () => {
    const [a, b] = [await open(), await open()];
    await Promise.all(Array.from({ length: 20 }, (_, i) => (i % 2 === 0 ? a : b).append(eventsOf(3))));
    expect(filesIn(folder)).toHaveLength(2);
    expect(eventsIn(folder)).toHaveLength(60);
  });

  it('is made where it is missing, and an error where it cannot be', async () => {
    await open({ folder: join(folder, 'deep', 'er') });
    const file = join(folder, 'file');
    writeFileSync(file, '');
    await expect(open({ folder: file })).rejects.toMatchObject({ code: 'events_unavailable' });
  });

  it('that vanishes is told of; what is sent meanwhile is not acknowledged, and what comes later is kept', async () => {
    const sink = await open();
    await sink.append(eventsOf(1));
    rmSync(folder, { recursive: true });
    for (let i = 0; i < 3; i++)
      await expect(sink.append(eventsOf(1))).rejects.toMatchObject({ code: 'events_unavailable' });
    expect(said.filter((line) => line.includes('cannot be written'))).toHaveLength(1);
    mkdirSync(folder);
    await sink.append(eventsOf(4));
    expect(eventsIn(folder)).toHaveLength(4);
    expect(said.at(-1)).toContain('again');
  });

  it('on a full disk holds whole lines: those that were acknowledged', () => {
    mkdirSync(folder, { recursive: true });
    const child = fileURLToPath(new URL('../../dist/test/events/full-disk-child.js', import.meta.url));
    // 16 blocks of 512 bytes, or of 1024.
    const limited = 'ulimit -f 16; exec "$0" "$@"';
    const out = execFileSync('sh', ['-c', limited, process.execPath, child, folder], { encoding: 'utf8' });
    const { codes, acknowledged } = JSON.parse(out);
    expect(codes).toEqual(['kept', 'events_unavailable', 'kept']);
    expect(eventsIn(folder).map(({ id }) => id)).toEqual(acknowledged);
  });
});

describe('what a killed process left', () => {
  const line = '{"type":"click"}\n';
  /** A process that is not there: ids of processes end far below. */
  const goneName = () => {
    const own = eventFiles.fileName('2026-05-01', 1);
    return own.replace(/-\d+-\d+\.0001/, '-999999999-1.0001');
  };

  it.each([
    ['half a line', `${line}${line}{"type":"cl`, `${line}${line}`],
    ['whole lines', `${line}${line}`, `${line}${line}`],
    ['nothing', '', ''],
    ['half a first line', '{"type"', ''],
    ['a long half line', `${line}${'x'.repeat(200_000)}`, line],
  ])('%s, is repaired at the start', async (_, before, after) => {
    const folder = eventsFolder();
    mkdirSync(folder, { recursive: true });
    const file = join(folder, goneName());
    writeFileSync(file, before);
    said.length = 0;
    const sink = await openFileSink({ folder, sync: true, log });
    await sink.close();
    expect(readFileSync(file, 'utf8')).toBe(after);
    expect(said.length).toBe(before === after ? 0 : 1);
    removeFolder(folder);
  });

  it('is told from what a living one writes, and from what is not of events', async () => {
    const folder = eventsFolder();
    mkdirSync(folder, { recursive: true });
    const living = join(folder, eventFiles.fileName('2026-05-01', 7));
    const foreign = join(folder, goneName().replace(/\.[0-9a-f]{8}-/, '.00000000-'));
    const others = join(folder, 'notes.jsonl');
    for (const file of [living, foreign, others]) appendFileSync(file, '{"half');
    const open = async () => (await openFileSink({ folder, sync: true, log })).close();
    await open();
    for (const file of [living, foreign, others]) expect(readFileSync(file, 'utf8')).toBe('{"half');
    // Of another machine's process nothing is known but when it wrote.
    const longAgo = new Date(Date.now() - 2 * 86_400_000);
    utimesSync(foreign, longAgo, longAgo);
    await open();
    expect(readFileSync(foreign, 'utf8')).toBe('');
    removeFolder(folder);
  });
});
