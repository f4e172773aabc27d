// Work on labels beside a server: in threads that are bounded in time and in what waits for them, and that come back.

import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AsideOptions, ReleasesAside } from '../../src/releases/aside.ts';
import type { Change } from '../../src/releases/aside-jobs.ts';
import { readLabel } from '../../src/releases/label.ts';
import { codeOf, makeWorld, put, type World, writeArtifact } from './world.ts';

/** As it is built: threads do not read TypeScript everywhere. */
const worker = new URL('../../dist/src/releases/aside-worker.js', import.meta.url);

let world: World;
let errors: unknown[];
const asides: ReleasesAside[] = [];
const begin = (options: Partial<AsideOptions> = {}): ReleasesAside => {
  const aside = new ReleasesAside({
    ...{ store: world.address, worker, places: () => ({}) },
    onError: (error) => errors.push(error),
    ...options,
  });
  asides.push(aside);
  return aside;
};
const labels = { kind: 'labels' } as const;
const diff = { kind: 'diff', from: 'test@1', to: 'test', products: 10, examples: 1 } as const;
const save = (revision: number): Change => ({
  ...{ kind: 'save-policy', label: 'test', name: 'pdp', why: 'a test' },
  policy: { name: 'pdp', revision, limit: 1 + (revision % 50) },
});

beforeEach(async () => {
  world = makeWorld();
  errors = [];
  await put(world.store, 'test', { artifact: await writeArtifact(world.path('shop.sepet')) });
});
afterEach(() => {
  for (const aside of asides.splice(0)) aside.close();
  world.remove();
});

describe('work on labels', () => {
  it('is done in line, and looks need not wait for it', async () => {
    const aside = begin();
    const order: string[] = [];
    const done = (name: string) => () => order.push(name);
    await aside.carryOut(labels);
    await Promise.all([
      aside.carryOut(save(1)).then(done('first')),
      aside.carryOut(save(2)).then(done('second')),
      aside.carryOut(save(3)).then(done('third')),
      aside.carryOut(labels).then(done('look')),
      aside.carryOut(diff).then(done('diff')),
    ]);
    expect(order.filter((name) => name !== 'look' && name !== 'diff')).toEqual(['first', 'second', 'third']);
    expect(order.indexOf('look')).toBeLessThan(order.indexOf('third'));
    expect((await readLabel(world.store, 'test'))?.entry.revision).toBe(4);
  });

  it('is bounded in what waits', async () => {
    const aside = begin({ queue: 2 });
    const codes = await Promise.all([1, 2, 3].map((i) => codeOf(aside.carryOut(save(i)))));
    expect(codes).toEqual([undefined, undefined, 'overloaded']);
    expect(await codeOf(aside.carryOut(diff))).toBeUndefined();
  });

  it('is bounded in time, and goes on with the next in a new thread', async () => {
    const aside = begin({ timeoutMs: 1 });
    const codes = await Promise.all([codeOf(aside.carryOut(diff)), codeOf(aside.carryOut(diff))]);
    expect(codes).toEqual(['release_timeout', 'release_timeout']);
    const patient = begin();
    expect(await patient.carryOut(diff)).toMatchObject({ before: { revision: 1 }, lists: { compared: 10 } });
    expect(errors).toEqual([]);
  });

  it('comes back after a pause in which the threads have ended', async () => {
    const aside = begin({ idleMs: 20 });
    for (let revision = 1; revision <= 3; revision++) {
      await aside.carryOut(save(revision));
      await sleep(100);
    }
    expect(await codeOf(aside.carryOut(labels))).toBeUndefined();
    expect(errors).toEqual([]);
  });

  it('fails, all of it, where the thread cannot be had', async () => {
    const aside = begin({ worker: new URL('file:///nowhere/worker.js') });
    expect(await Promise.all([codeOf(aside.carryOut(labels)), codeOf(aside.carryOut(save(1)))])).toEqual([
      'internal',
      'internal',
    ]);
    expect(errors.length).toBeGreaterThan(0);
  });

  it('ends with the server', async () => {
    const aside = begin();
    const waiting = [save(1), save(2), diff, labels].map((job) => codeOf(aside.carryOut(job)));
    aside.close();
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['shutting_down']));
    expect(await codeOf(aside.carryOut(labels))).toBe('shutting_down');
  });

  it('takes artifacts from where they lie already, and looks for files by no other name', async () => {
    const aside = begin({ places: () => ({ folder: '/dev/null/nowhere', known: {} }) });
    expect(await codeOf(aside.carryOut(diff))).toBe('file_io');
    const { entry } = (await readLabel(world.store, 'test')) ?? {};
    const known = { [entry?.artifact ?? '']: world.path('shop.sepet') };
    const knowing = begin({ places: () => ({ folder: '/dev/null/nowhere', known }) });
    expect(await codeOf(knowing.carryOut(diff))).toBeUndefined();
    expect(await codeOf(knowing.carryOut({ ...diff, to: world.path('shop.sepet') }))).toBe('release_unknown');
  });
});
