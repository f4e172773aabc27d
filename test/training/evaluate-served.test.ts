// What an artifact serves, judged through the recommender: with a policy and without one. And the page of an evaluation.

import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { servedMethods } from '../../src/cli/evaluate-served.ts';
import { writeFile } from '../../src/native/index.ts';
import { readManifest } from '../../src/tables/dataset.ts';
import { buildArtifact } from '../../src/training/build/build.ts';
import { buildIndex } from '../../src/training/build/index-sections.ts';
import { type EvaluateOptions, evaluate } from '../../src/training/evaluate/evaluate.ts';
import { evaluationHtml } from '../../src/training/evaluate/html.ts';
import type { Evaluation, Slice } from '../../src/training/evaluate/report.ts';
import { sepet } from '../shops.ts';
import { type DataFolder, plantedFolder, products } from './train-world.ts';

const options: EvaluateOptions = { k: 10, ks: [5, 10], gamma: 0.5, maxBaskets: 1000, seed: 1 };
const dims = 6;
let folder: DataFolder;
let plain: Evaluation;
const path = (name: string): string => join(folder.dir, name);

async function writeModel(split = 'train'): Promise<void> {
  const random = new Random(7);
  const { hashes } = await readManifest(folder.dir);
  const vector = (): Float32Array =>
    Float32Array.from({ length: products * dims }, () => Math.fround(random.normal()));
  const manifest = { kind: 'sepet-model', version: 1, parameters: { split }, hashes };
  writeFile(path('model.sepet'), [
    { name: 'manifest', data: new TextEncoder().encode(JSON.stringify(manifest)) },
    { name: 'w2v.in', data: vector() },
    { name: 'w2v.out', data: vector() },
  ]);
}

const build = (file: string): Promise<unknown> =>
  buildArtifact(
    folder.dir,
    file,
    {
      ...{ M: 8, efConstruction: 64, codeBits: 'auto', threads: 1, seed: 1 },
      ...{ popularityScale: 0.5, listLength: 50, similarLength: 0, builtBy: 'test' },
    },
    { buildIndex: async (call) => buildIndex(call) },
  );

/** The figures of products asked alone. */
const fbt = ({ methods }: Evaluation, name: string) => methods[name]?.fbt ?? {};

beforeAll(async () => {
  folder = await plantedFolder(400, 5);
  await writeModel();
  await build(path('artifact.sepet'));
  writeFileSync(
    path('few.yaml'),
    `name: few\ncandidates: { source: [embedding] }\nfallback: []\nblocks: [${Array.from({ length: 40 }, (_, i) => `p${i}`)}]\n`,
  );
  plain = await evaluate(folder.dir, {
    ...options,
    further: servedMethods(path('artifact.sepet'), path('few.yaml')),
  });
});
afterAll(() => folder.remove());

describe('what is served', () => {
  test('without the rules of its policy is what its model says, asked by the same questions', () => {
    const [served, model] = [fbt(plain, 'servedPlain'), fbt(plain, 'word2vec')];
    for (const figure of ['hitRateAt10', 'ndcgAt10', 'mrr', 'coverage', 'novelty', 'ndcgAt5'])
      expect(served[figure], figure).toBeCloseTo(model[figure] ?? Number.NaN, 3);
    expect(plain.hashes.artifact).toMatch(/^[0-9a-f]{64}$/);
  });

  test('with its policy is judged as it is, short where it is short', () => {
    // 20 of 60 products are left.
    expect(fbt(plain, 'served').coverage).toBeLessThanOrEqual(20 / 60 + 1e-9);
    expect(fbt(plain, 'served').coverage).toBeGreaterThan(0.3);
    expect(fbt(plain, 'servedPlain').coverage).toBeGreaterThan(0.9);
    expect(plain.methods.served?.leaveOneOut.hitRateAt10).toBeLessThan(
      plain.methods.servedPlain?.leaveOneOut.hitRateAt10 ?? 0,
    );
  });

  test('of other data, or by a model that has seen the test baskets, is refused', async () => {
    const other = await plantedFolder(300, 6);
    try {
      const further = servedMethods(path('artifact.sepet'), undefined);
      const { dataset, products: table } = { dataset: await readManifest(other.dir), products: { ids: [] } };
      const world = { dir: other.dir, dataset, products: table } as unknown as Parameters<typeof further>[0];
      expect(() => further(world)).toThrow(/artifact\.sepet was built from another baskets\.parquet/);
    } finally {
      other.remove();
    }
    await writeModel('all');
    await build(path('all.sepet'));
    await writeModel();
    const seen = evaluate(folder.dir, { ...options, further: servedMethods(path('all.sepet'), undefined) });
    await expect(seen).rejects.toMatchObject({
      code: 'manifest_invalid',
      message: expect.stringContaining('has seen the test baskets'),
    });
  });
});

describe('a fitted blend', () => {
  const calibration = { log: false, scale: 1, offset: 0, unknown: -9 };
  const blend = {
    ...{ version: 1, gamma: 0.5, temperature: 1 },
    calibration: { embedding: calibration, cooccurrence: { ...calibration, log: true } },
    tiers: [{ orders: 0, weights: { embedding: 0, cooccurrence: 1 } }],
  };
  const write = (hashes: object, change = {}): void =>
    writeFileSync(path('blend.json'), JSON.stringify({ ...blend, ...change, fitted: { hashes } }));
  afterAll(() => rmSync(path('blend.json')));

  test('is what is compared, where it was fitted for this data and model', async () => {
    const { artifact: _, ...hashed } = plain.hashes;
    write(hashed);
    const { methods, comparisons, hashes } = await evaluate(folder.dir, options);
    expect(comparisons.bestCooccurrence.of).toBe('blend');
    expect(hashes['blend.json']).toMatch(/^[0-9a-f]{64}$/);
    // All of its weight is on the counts of pairs, which is one of the measures.
    expect(methods.blend?.fbt.ndcgAt10).toBeCloseTo(methods.decayed?.fbt.ndcgAt10 ?? -1, 2);
    expect(methods.blend?.fbt.ndcgAt10).toBeGreaterThan(2 * (methods.word2vec?.fbt.ndcgAt10 ?? 1));
  });

  test('is served as it was judged', async () => {
    const { artifact: _, ...hashed } = plain.hashes;
    const tier = (orders: number, embedding: number, offset: number) => ({
      ...{ orders, offset, popularity: -0.3 },
      weights: { embedding, cooccurrence: 1 - embedding },
    });
    write(hashed, { gamma: 0.25, temperature: 2, tiers: [tier(0, 0.2, 0), tier(25, 0.6, -0.5)] });
    await build(path('blended.sepet'));
    writeFileSync(path('fitted.yaml'), 'name: fitted\ncandidates: { blend: fitted }\n');
    const further = servedMethods(path('blended.sepet'), path('fitted.yaml'));
    const { methods } = await evaluate(folder.dir, { ...options, further });
    for (const task of ['fbt', 'leaveOneOut'] as const)
      for (const figure of ['hitRateAt10', 'ndcgAt10', 'mrr', 'coverage', 'novelty'])
        expect(methods.served?.[task][figure], `${task} ${figure}`).toBeCloseTo(
          methods.blend?.[task][figure] ?? Number.NaN,
          2,
        );
    expect(methods.blend?.fbt.ndcgAt10).not.toBeCloseTo(methods.word2vec?.fbt.ndcgAt10 ?? 0, 1);
  });

  test('of another model is left out, and that is said', async () => {
    write({ 'model.sepet': '0'.repeat(64) });
    const { methods, comparisons, data } = await evaluate(folder.dir, { ...options, maxBaskets: 10 });
    expect(methods).not.toHaveProperty('blend');
    expect(comparisons.bestCooccurrence.of).toBe('word2vec');
    expect(data.staleBlend).toBe(true);
  });
});

describe('sepet evaluate', () => {
  test('judges the lengths that it is given, the first as the main one, and leaves a page', () => {
    const said = sepet(
      'evaluate',
      folder.dir,
      '--k',
      '7,3',
      '--max-baskets',
      '20',
      '--html',
      path('page.html'),
    );
    expect(said).toMatch(/hit rate@7[\s\S]*asked: tail[\s\S]*and the report to .*page\.html/);
    const { parameters, methods } = JSON.parse(readFileSync(path('metrics.json'), 'utf8')) as Evaluation;
    expect(parameters.k).toBe(7);
    expect(methods.ease?.fbt).toHaveProperty('ndcgAt3');
    expect(readFileSync(path('page.html'), 'utf8')).toContain('NDCG@7');
  });
});

describe('the page', () => {
  const hostile = '<img src=x onerror=alert(1)> & "A\'s"';
  const withCategory = (): Evaluation => ({
    ...plain,
    slices: [...plain.slices, { ...(plain.slices[0] as Slice), by: 'category', name: hostile }],
    data: { ...plain.data, folder: hostile },
  });

  test('says every figure of every method, in pictures that are its own', () => {
    const html = evaluationHtml(withCategory());
    for (const [name, { fbt, leaveOneOut }] of Object.entries(plain.methods)) {
      expect(html).toContain(`<th>${name}</th>`);
      for (const figures of [fbt, leaveOneOut])
        for (const figure of ['hitRateAt10', 'ndcgAt10', 'mrr', 'coverage'])
          expect(html, `${name} ${figure}`).toContain(figures[figure]?.toFixed(3));
    }
    expect(html.match(/<svg /g)).toHaveLength(10);
    expect(html.match(/<svg /g)?.length).toBe(html.match(/<\/svg>/g)?.length);
    expect(html).not.toMatch(/NaN|undefined|Infinity/);
  });

  test('asks nobody and runs nothing, whatever products and folders are called', () => {
    const html = evaluationHtml(withCategory());
    expect(html).not.toMatch(/<script|<img|<link|https?:|@import|url\(/);
    expect(html).toContain('&#60;img src=x onerror=alert(1)&#62; &#38; &#34;A&#39;s&#34;');
    expect(html).toContain("default-src 'none'");
  });
});
