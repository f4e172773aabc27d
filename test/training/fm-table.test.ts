// A machine trained on a table: what the spec makes of it, where it is fitted, and what comes of it.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { encodersOf } from '../../src/features/encode.ts';
import { checkSpec } from '../../src/features/spec.ts';
import { fmScore } from '../../src/native/index.ts';
import { openFmModel } from '../../src/training/fm/files.ts';
import { readInteractions } from '../../src/training/fm/table.ts';
import { sepet } from '../shops.ts';

const folder = mkdtempSync(join(tmpdir(), 'sepet-fm-table-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Users like the items whose number has their own parity; a mild taste for low numbers beside. */
function tableOf(rows: number): string {
  const random = new Random(7);
  const lines = Array.from({ length: rows }, (_, at) => {
    const user = random.below(200);
    const item = 2 * Math.floor(30 * random.float() ** 2) + (random.chance(0.95) ? user % 2 : 1 - (user % 2));
    return `${rows - at},u${user},i${item},${item}`;
  });
  // Newest first: the column of times puts them in order.
  return `at,user,item,number\n${lines.join('\n')}\n`;
}

const specText = `version: 1
time: at
user: [{ column: user, kind: dictionary }]
item:
  - { column: item, kind: dictionary, minCount: 3 }
  - { column: number, kind: number }
`;
const spec = checkSpec(
  {
    version: 1,
    time: 'at',
    user: [{ column: 'user', kind: 'dictionary' }],
    item: [
      { column: 'item', kind: 'dictionary', minCount: 3 },
      { column: 'number', kind: 'number' },
    ],
  },
  'spec',
);
const options = { spec, validationShare: 0.1, negatives: 2, alpha: 0.5, seed: 1 };

describe('a table of interactions', () => {
  it('is put in order, split, and fitted on the training part alone', async () => {
    const lines = Array.from({ length: 100 }, (_, i) => `${i},u${i < 90 ? i % 3 : 9},i${i % 5},${i % 5}`);
    const shuffled = new Random(2).shuffle(Uint32Array.from(lines.keys()));
    const path = file(
      'order.csv',
      `at,user,item,number\n${Array.from(shuffled, (i) => lines[i]).join('\n')}\n`,
    );
    const { data, fitted } = await readInteractions(path, options);
    const [user] = fitted.user;
    expect(user?.kind === 'dictionary' && user.entries).toEqual(['u0', 'u1', 'u2']);
    expect(data.train.labels.length).toBe(90);
    // Each of the ten is there with two drawn ones, and its user is one that training never saw.
    expect(data.validation.labels).toEqual(Float32Array.from({ length: 30 }, (_, i) => Number(i % 3 === 0)));
    expect(data.validation.features[0]).toBe(3);
    expect(data.items?.counts).toEqual(Float64Array.of(18, 18, 18, 18, 18));
  });

  it('teaches a machine what is in it, to the same bytes twice', () => {
    const path = file('clicks.csv', tableOf(20_000));
    const out = join(folder, 'fm.sepet');
    const flags = ['--deterministic', '--negatives', '2', '--factors', '8', '--epochs', '12', '--json'];
    const train = () =>
      JSON.parse(
        sepet('train', 'fm', path, '--features', file('spec.yaml', specText), '--out', out, ...flags),
      );
    const { history, bestEpoch } = train();
    expect(history[bestEpoch].validationAuc).toBeGreaterThan(0.74);
    const bytes = readFileSync(out);
    train();
    expect(readFileSync(out).equals(bytes)).toBe(true);

    const { model, fitted } = openFmModel(out);
    if (fitted === undefined) throw new Error('the features went missing');
    const encoders = encodersOf(fitted);
    const score = (row: Record<string, string>): number => {
      const pairs: [number, number][] = [];
      const read = (column: string) => row[column];
      for (const group of ['user', 'context', 'item'] as const)
        encoders[group](read, (feature, weight) => pairs.push([feature, weight]));
      const scores = new Float32Array(1);
      fmScore(
        model,
        {
          offsets: Uint32Array.of(0, pairs.length),
          features: Uint32Array.from(pairs, ([feature]) => feature),
          values: Float32Array.from(pairs, ([, weight]) => weight),
        },
        scores,
      );
      return scores[0] as number;
    };
    for (const user of [3, 10, 57, 142]) {
      const [own, other] = [6 + (user % 2), 6 + ((user + 1) % 2)];
      expect(score({ user: `u${user}`, item: `i${own}`, number: String(own) })).toBeGreaterThan(
        score({ user: `u${user}`, item: `i${other}`, number: String(other) }),
      );
    }
  });

  it.each([
    ['no time', 'at,user,item,number\nx,u,i,1\n', /1 rows have no time/],
    ['no column', 'at,usr,item,number\n1,u,i,1\n', /no column "user"\. Did you mean "usr"/],
    ['too little', 'at,user,item,number\n1,u,i,1\n', /too few/],
    ['nothing', 'at,user,item,number\n', /too few|is empty/],
  ])('with %s is refused', async (_name, content, said) => {
    await expect(readInteractions(file('bad.csv', content), options)).rejects.toThrow(said);
  });

  it('of positives alone wants negatives; labels must be 1 or 0', async () => {
    const path = file('few.csv', `at,user,item,number,hit\n${'1,u,i,1,2\n'.repeat(20)}`);
    await expect(readInteractions(path, { ...options, negatives: 0 })).rejects.toThrow(/--negatives/);
    const labelled = { ...spec, label: 'hit' };
    await expect(readInteractions(path, { ...options, spec: labelled })).rejects.toThrow(
      /is "2", not 1 or 0/,
    );
  });

  it('is trained on by the command, which tells what the columns came to', () => {
    const path = file('command.csv', tableOf(3000));
    const out = join(folder, 'command.sepet');
    const printed = sepet(
      'train',
      'fm',
      path,
      '--features',
      file('spec.yaml', specText),
      '--out',
      out,
      '--json',
    );
    const summary = JSON.parse(printed);
    expect(summary.parameters.negatives).toBe(4);
    expect(summary.columns.map(({ column }: { column: string }) => column)).toEqual([
      'user',
      'item',
      'number',
    ]);
    expect(() => sepet('train', 'fm', path, '--negatives', '2', '--out', out)).toThrow(/feature spec/);
  });
});
