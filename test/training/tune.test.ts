// `tuneModel` on a small world: the same result uninterrupted, stopped and resumed, killed and resumed, and however many at once;
// figures are those of sepet train and sepet evaluate; the test baskets are unseen. The built code, as it starts threads.

import { spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBaskets, readManifest, readProducts } from '../../src/tables/dataset.ts';
import { literal, withDatabase } from '../../src/tables/duckdb.ts';
import { reportPage } from '../../src/training/tune/report.ts';
import { checkSpace } from '../../src/training/tune/space.ts';
import type { TuneOptions, TuneSummary } from '../../src/training/tune/tune.ts';
import { validationPart } from '../../src/training/validation-part.ts';
import { sepetCommand } from '../shops.ts';
import { type DataFolder, plantedFolder } from './train-world.ts';

const built = (module: string): string =>
  pathToFileURL(fileURLToPath(new URL(`../../dist/src/training/${module}.js`, import.meta.url))).href;
const { tuneModel } = (await import(built('tune/tune'))) as typeof import('../../src/training/tune/tune.ts');
const { train } = (await import(built('train/train'))) as typeof import('../../src/training/train/train.ts');
const { evaluate } = (await import(
  built('evaluate/evaluate')
)) as typeof import('../../src/training/evaluate/evaluate.ts');

const space = checkSpace(
  {
    ...{ version: 1, method: 'word2vec' },
    parameters: {
      dims: { choice: [4, 8, 16] },
      learningRate: { log: [0.02, 1] },
      gamma: { uniform: [0, 1] },
    },
  },
  'space',
);
const options: TuneOptions = { space, trials: 9, epochs: 9, epochsMin: 1, eta: 3, seed: 3, parallel: 2 };

let folder: DataFolder;
let scratch: string;
let whole: TuneSummary;
let copies = 0;
const copy = (): string => {
  const to = join(scratch, `copy-${copies++}`);
  cpSync(folder.dir, to, {
    recursive: true,
    filter: (path) => !/tune|validation/.test(path.slice(folder.dir.length)),
  });
  return to;
};
/** What a search found, without times and places. */
const found = ({ results, best, rungs }: TuneSummary) => ({
  rungs,
  best: best.trial,
  results: results.map(({ seconds: _, ...result }) => result),
});

beforeAll(async () => {
  scratch = mkdtempSync(join(tmpdir(), 'sepet-tune-'));
  folder = await plantedFolder(400, 5);
  whole = await tuneModel(folder.dir, options);
});
afterAll(() => {
  folder.remove();
  rmSync(scratch, { recursive: true, force: true });
});

describe('the validation part', () => {
  it('is the training time cut once more, and no test basket is in it', async () => {
    const part = await validationPart(folder.dir);
    const [all, inner, later, manifest, products] = await Promise.all([
      readBaskets(folder.dir, { split: 'train' }),
      readBaskets(part.dir, { split: 'train' }),
      readBaskets(part.dir, { split: 'test' }),
      readManifest(part.dir),
      readProducts(part.dir),
    ]);
    expect([...inner.items, ...later.items]).toEqual([...all.items]);
    expect(later.baskets).toBe(Math.round(all.baskets * 0.1));
    expect(Math.max(...inner.timeSeconds)).toBeLessThan(Math.min(...later.timeSeconds));
    expect(manifest.counts).toMatchObject({ trainBaskets: inner.baskets, testBaskets: later.baskets });
    const counts = new Uint32Array(products.products);
    for (const row of inner.items) counts[row] = (counts[row] as number) + 1;
    expect(products.ordersTrain).toEqual(counts);
    await expect(validationPart(folder.dir, { share: 0 })).rejects.toMatchObject({ code: 'option_invalid' });
  });
});

describe('tuneModel', () => {
  it('works off the rungs and finds more than nothing', () => {
    expect(whole.rungs).toEqual([
      { trials: 9, epochs: 1 },
      { trials: 3, epochs: 3 },
      { trials: 1, epochs: 9 },
    ]);
    expect(whole.results).toHaveLength(9);
    expect(whole.best).toEqual(whole.results[0]);
    expect(whole.best.epochs).toBe(9);
    expect(whole.best.figures?.['fbt.ndcg']).toBeGreaterThan(0.3);
    expect(whole.commands[0]).toMatch(
      /^sepet train .* --epochs 9 --dims \d+ --learning-rate [\d.]+ --seed 3$/,
    );
    expect(readdirSync(join(folder.dir, 'tune'))).toHaveLength(1);
  });

  it('comes to the same one at a time, after a stop, and after another', async () => {
    const dir = copy();
    const stop = new AbortController();
    let results = 0;
    const stopped = tuneModel(dir, {
      ...{ ...options, parallel: 1, signal: stop.signal },
      onResult: () => {
        if (++results === 5) stop.abort();
      },
    });
    await expect(stopped).rejects.toMatchObject({
      code: 'cancelled',
      message: expect.stringMatching(/goes on/),
    });
    let resumed = 0;
    const again = await tuneModel(dir, { ...options, onStart: (start) => (resumed = start.resumed) });
    expect(resumed).toBe(5);
    expect(found(again)).toEqual(found(whole));
    // All of it is in the journal now: nothing is trained, and --restart would.
    const third = await tuneModel(dir, { ...options, onResult: () => expect.unreachable() });
    expect(found(third)).toEqual(found(whole));
  });

  it('never reads the test baskets', async () => {
    const dir = copy();
    const file = literal(join(dir, 'baskets.parquet'));
    await withDatabase(async (database) => {
      await database.run(`CREATE TABLE kept AS SELECT * FROM read_parquet(${file}) WHERE split = 'train'`);
      await database.run(`COPY kept TO ${file} (FORMAT parquet)`);
    });
    expect(found(await tuneModel(dir, options))).toEqual(found(whole));
  });

  it('judges as sepet evaluate judges what sepet train makes of the same parameters', async () => {
    const { dir } = await validationPart(folder.dir);
    const { gamma = 0.5, ...parameters } = whole.best.parameters;
    await train(dir, { parameters: { ...parameters, epochs: 9, seed: 3, deterministic: true } });
    const { methods } = await evaluate(dir, { k: 10, gamma, maxBaskets: 5000, seed: 3 });
    const { figures = {} } = whole.best;
    const { fbt, leaveOneOut } = methods.word2vec ?? {};
    expect(figures['fbt.ndcg']).toBeCloseTo(fbt?.ndcgAt10 ?? 0, 4);
    expect(figures['fbt.coverage']).toBeCloseTo(fbt?.coverage ?? 0, 4);
    expect(figures['leaveOneOut.hitRate']).toBeCloseTo(leaveOneOut?.hitRateAt10 ?? 0, 4);
  });

  it('searches at random, and a machine', async () => {
    const random = await tuneModel(folder.dir, { ...options, strategy: 'random', trials: 3, epochs: 2 });
    expect(random.results.map(({ epochs }) => epochs)).toEqual([2, 2, 2]);
    const machines = checkSpace(
      {
        version: 1,
        method: 'fm',
        parameters: { factors: { choice: [4, 8] }, learningRate: { log: [0.05, 0.2] } },
      },
      'space',
    );
    const fm = await tuneModel(folder.dir, {
      ...options,
      space: machines,
      strategy: 'random',
      trials: 2,
      epochs: 2,
    });
    expect(fm.results).toHaveLength(2);
    expect(fm.best.figures?.['fbt.ndcg']).toBeGreaterThan(0);
    expect(fm.commands[0]).toMatch(/^sepet train fm .* --factors \d/);
    expect(readdirSync(join(folder.dir, 'validation')).filter((name) => name.startsWith('trials-'))).toEqual(
      [],
    );
  });

  it('takes a training that diverges for a result, and refuses what cannot be', async () => {
    const wild = checkSpace(
      { version: 1, method: 'word2vec', parameters: { learningRate: { choice: [0.2, 1e6] } } },
      'space',
    );
    const { results } = await tuneModel(folder.dir, {
      ...options,
      space: wild,
      strategy: 'random',
      trials: 6,
      epochs: 1,
    });
    const failed = results.filter((result) => result.failed === 'training_diverged');
    expect(failed.length).toBeGreaterThan(0);
    expect(results.slice(-failed.length)).toEqual(failed);
    const unknown = tuneModel(folder.dir, { ...options, figure: 'fbt.ndgc' });
    await expect(unknown).rejects.toMatchObject({
      message: expect.stringMatching(/Did you mean "fbt.ndcg"/),
    });
    const twice = checkSpace(
      { version: 1, method: 'word2vec', parameters: { epochs: { choice: [2, 3] } } },
      's',
    );
    await expect(tuneModel(folder.dir, { ...options, space: twice })).rejects.toMatchObject({
      code: 'option_invalid',
    });
  });

  it('has a report of one file without scripts', () => {
    const page = reportPage(whole);
    const judged = whole.results.filter(({ figures }) => figures !== undefined);
    expect(page.match(/class="trial"/g)).toHaveLength(judged.length);
    expect(page.match(/<tr class="own">/g)).toHaveLength(1);
    expect(page).toContain(whole.commands[0]);
    expect(page).not.toMatch(/<script|https?:|NaN|undefined/);
  });
});

describe('sepet tune model', () => {
  const long = ['--trials', '4', '--epochs', '60', '--epochs-min', '30', '--eta', '2', '--threads', '1'];
  const run = (
    dir: string,
    args: string[],
    kill?: () => boolean,
  ): Promise<{ code: number | null; stdout: string }> => {
    const child = spawn(process.execPath, [sepetCommand, 'tune', 'model', dir, ...args], { stdio: 'pipe' });
    let stdout = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk;
    });
    const timer = setInterval(() => {
      if (kill?.()) child.kill('SIGKILL');
    }, 5);
    return new Promise((resolve) => {
      child.once('close', (code) => {
        clearInterval(timer);
        resolve({ code, stdout });
      });
    });
  };

  it('goes on after kill -9 to the result of an uninterrupted search, and records what it did', async () => {
    let dir = copy();
    const journal = (): number => {
      if (!existsSync(join(dir, 'tune'))) return 0;
      const [name] = readdirSync(join(dir, 'tune'));
      return name === undefined ? 0 : readFileSync(join(dir, 'tune', name), 'utf8').split('\n').length;
    };
    let killed = await run(dir, [...long, '--json'], () => journal() > 2);
    // Through before the blow fell, as this process was not given its turn: another.
    for (let tries = 0; tries < 20 && killed.code === 0; tries++) {
      dir = copy();
      killed = await run(dir, [...long, '--json'], () => journal() > 2);
    }
    expect(killed.code).toBeNull();
    const resumed = await run(dir, [...long, '--json']);
    expect(resumed.code).toBe(0);
    const after = JSON.parse(resumed.stdout) as TuneSummary;
    expect(after.resumed).toBeGreaterThan(0);
    const straight = await tuneModel(folder.dir, {
      trials: 4,
      epochs: 60,
      epochsMin: 30,
      eta: 2,
      parallel: 2,
    });
    expect(found(after)).toEqual(found(straight));
    const events = readFileSync(join(dir, 'runs.jsonl'), 'utf8').trimEnd().split('\n');
    const kinds = events.map((line) => JSON.parse(line) as { event: string; kind?: string; status?: string });
    expect(kinds.filter(({ kind }) => kind === 'tune model')).toHaveLength(2);
    // The one that finished as the blow fell may be in the journal alone.
    expect(kinds.filter(({ kind }) => kind === 'trial').length).toBeGreaterThanOrEqual(4 + 2 - 1);
    expect(kinds.at(-1)).toMatchObject({ event: 'end', status: 'FINISHED' });
  });
});
