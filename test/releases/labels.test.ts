// Labels under concurrency: whatever publish, promote and rollback do at the same time, a label's history is a line,
// and who lost is told so.

import { spawn } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { SepetError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { type LabelEntry, labelHistory, readLabel } from '../../src/releases/label.ts';
import { type Moved, promote } from '../../src/releases/promote.ts';
import { rollback } from '../../src/releases/rollback.ts';
import type { Store } from '../../src/store/store.ts';
import { sepetCommand } from '../shops.ts';
import { interleave } from './interleave.ts';
import { makeWorld, policyOf, put, writePolicy } from './world.ts';

const world = makeWorld();
const { store } = world;
afterAll(world.remove);

/** Revisions of a label after `from`, oldest first. */
async function since(label: string, from: number): Promise<LabelEntry[]> {
  const newest = (await readLabel(store, label))?.entry.revision ?? 0;
  return newest === from ? [] : (await labelHistory(store, label, newest - from)).toReversed();
}

/** Every revision once, each from where the one before it was. */
function expectLine(entries: readonly LabelEntry[], first: LabelEntry | undefined): void {
  let before = first;
  for (const entry of entries) {
    expect(entry.revision).toBe((before?.revision ?? 0) + 1);
    expect(entry.from).toEqual(before ? { artifact: before.artifact, policies: before.policies } : null);
    before = entry;
  }
}

type Actor = (store: Store) => Promise<Moved>;

const labels = ['test', 'production'] as const;
const policies = Array.from({ length: 6 }, (_, i) => policyOf(`p${i}`));

function anActor(random: Random): Actor {
  const label = random.pick([...labels]);
  const set = random.pick(policies);
  return random.pick<Actor>([
    (own) => put(own, label, { policies: [set] }),
    (own) => put(own, label, { policies: [set] }),
    (own) => promote(own, { from: 'test', to: 'production', why: '' }),
    (own) => rollback(own, { label, why: '' }),
    (own) => rollback(own, { label, to: 1 + random.below(3), why: '' }),
  ]);
}

describe('labels', () => {
  beforeAll(async () => {
    for (const label of labels)
      for (const policy of policies.slice(0, 3)) await put(store, label, { policies: [policy] });
  });

  it('stay a line in a thousand random interleavings', async () => {
    const last = new Map<string, LabelEntry>();
    for (const label of labels) last.set(label, (await since(label, 0)).at(-1) as LabelEntry);
    const seen = { moved: 0, label_conflict: 0 };
    for (let seed = 1; seed <= 1000; seed++) {
      const random = new Random(seed);
      const actors = Array.from({ length: 2 + random.below(3) }, () => anActor(random));
      const outcomes = await interleave(store, actors, { random, lostAnswers: 0.1 });
      const moves: string[] = [];
      for (const outcome of outcomes) {
        if ('value' in outcome) {
          if (outcome.value.moved) moves.push(outcome.value.entry.move);
          continue;
        }
        const { code } = outcome.error as SepetError;
        // A rollback may meet the beginning of the line.
        if (code !== 'release_unknown')
          expect(code, `seed ${seed}: ${String(outcome.error)}`).toBe('label_conflict');
        if (code === 'label_conflict') seen.label_conflict++;
      }
      const written: string[] = [];
      for (const label of labels) {
        const before = last.get(label) as LabelEntry;
        const entries = await since(label, before.revision);
        expectLine(entries, before);
        written.push(...entries.map(({ move }) => move));
        last.set(label, entries.at(-1) ?? before);
      }
      expect(written.toSorted(), `seed ${seed}`).toEqual(moves.toSorted());
      seen.moved += moves.length;
    }
    for (const label of labels) expectLine(await since(label, 0), undefined);
    expect(seen.moved).toBeGreaterThan(500);
    expect(seen.label_conflict).toBeGreaterThan(500);
  });

  it('move for one of several processes at a time', async () => {
    const before = (await readLabel(store, 'test'))?.entry as LabelEntry;
    const contenders = Array.from({ length: 6 }, (_, i) => {
      const file = writePolicy(world.path(`${i}.yaml`), `contender-${i}`);
      const args = [sepetCommand, 'publish', file, '--label', 'test', '--store', world.address, '--json'];
      return new Promise<{ code: number | null; stderr: string }>((resolve) => {
        const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
        let stderr = '';
        child.stderr.on('data', (chunk: Buffer) => {
          stderr += chunk;
        });
        child.on('close', (code) => resolve({ code, stderr }));
      });
    });
    const ends = await Promise.all(contenders);
    const winners = ends.filter(({ code }) => code === 0).length;
    expect(winners).toBeGreaterThan(0);
    for (const { code, stderr } of ends) if (code !== 0) expect(stderr).toContain('[label_conflict]');
    const entries = await since('test', before.revision);
    expectLine(entries, before);
    expect(entries).toHaveLength(winners);
  });
});
