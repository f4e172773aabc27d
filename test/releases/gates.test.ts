// The gates: each refuses for its own reason, all reasons are told at once, and force opens only those that may be.

import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ArtifactManifest, encodeManifest } from '../../src/artifact/manifest.ts';
import { Random } from '../../src/base/random.ts';
import type { Section } from '../../src/base/sections.ts';
import { writeFile } from '../../src/native/index.ts';
import { deltasKey } from '../../src/releases/deltas.ts';
import { encodeDocument } from '../../src/releases/documents.ts';
import { baselineOf, figuresOf } from '../../src/releases/figures.ts';
import { type GateName, type GateOutcome, gateNames, stops } from '../../src/releases/gate.ts';
import { readLabel } from '../../src/releases/label.ts';
import { type PublishOptions, RefusedError } from '../../src/releases/publish.ts';
import { readRecord } from '../../src/releases/record.ts';
import { readThresholds } from '../../src/releases/thresholds.ts';
import type { IndexCall } from '../../src/training/build/index-sections.ts';
import { shopSections } from '../recommend/shop.ts';
import { makeWorld, policyOf, put, writeArtifact } from './world.ts';

const world = makeWorld();
const { store, path } = world;
afterAll(world.remove);

/** Gates that stopped a publish, with what they said. */
async function refusals(options: Partial<PublishOptions>, label = 'test'): Promise<Map<GateName, string>> {
  try {
    await put(store, label, options);
    return new Map();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const stopping = error.gates.filter(stops);
    for (const { gate, said } of stopping) expect(error.message).toContain(`${gate}: ${said}`);
    return new Map(stopping.map(({ gate, said }) => [gate, said]));
  }
}

const names = (map: Map<GateName, string>): GateName[] => [...map.keys()];
const at = async (): Promise<number | undefined> => (await readLabel(store, 'test'))?.entry.revision;

beforeAll(async () => {
  await writeArtifact(path('first.sepet'), { products: 100, hitRate: 0.3 });
  const { gates } = await put(store, 'test', { artifact: path('first.sepet') });
  expect(gates.map(({ gate, passed }) => [gate, passed])).toEqual(gateNames.map((gate) => [gate, true]));
});

describe('a damaged artifact', () => {
  it.each([
    ['a flipped bit', (bytes: Buffer) => bytes.writeUInt8(bytes.readUInt8(20_000) ^ 1, 20_000)],
    ['a missing end', undefined],
    ['another kind of file', (bytes: Buffer) => bytes.write('NOSEPET')],
  ])('with %s is refused, forced or not, and nothing else is asked', async (_, damage) => {
    const bytes = readFileSync(path('first.sepet'));
    damage?.(bytes);
    writeFileSync(path('damaged.sepet'), damage ? bytes : bytes.subarray(0, bytes.length - 4096));
    for (const force of [undefined, 'because']) {
      const found = await refusals({
        artifact: path('damaged.sepet'),
        ...(force !== undefined && { force }),
      });
      expect(names(found)).toEqual(['whole']);
    }
    expect(await at()).toBe(1);
    expect((await store.list('artifacts/')).length).toBe(2);
  });

  it('whose checksums are right is refused where the manifest tells of other sections', async () => {
    const [, ...sections] = await shopSections({ seed: 1, products: 100, untrained: 0 });
    const [manifest] = await shopSections({ seed: 2, products: 100, untrained: 0 });
    writeFile(path('mixed.sepet'), [manifest as Section, ...sections]);
    const found = await refusals({ artifact: path('mixed.sepet'), force: 'because' });
    expect(found.get('whole')).toContain('is not the one that the manifest describes');
  });

  it('that is a file of another kind is named', async () => {
    const manifest = { name: 'manifest', data: new TextEncoder().encode('{"kind":"sepet-model"}') };
    writeFile(path('model.sepet'), [manifest]);
    expect((await refusals({ artifact: path('model.sepet') })).get('whole')).toContain('sepet-model');
  });
});

describe('an artifact is refused', () => {
  /** A graph over other vectors: every link leads somewhere, and nowhere near. */
  const misled = (call: IndexCall): IndexCall => {
    const random = new Random(9);
    return {
      ...call,
      M: 4,
      efConstruction: 16,
      vectors: Float32Array.from(call.vectors, () => random.normal()),
    };
  };

  it('for a recall below the least, whatever its manifest says of it', async () => {
    const lie = { recall: { queries: 500, k: 10, at: [{ efSearch: 200, recall: 1 }] } };
    const options = { products: 12_000, graphOf: misled, manifest: lie };
    await writeArtifact(path('lost.sepet'), options);
    const found = await refusals({ artifact: path('lost.sepet') }, 'other');
    expect(names(found)).toEqual(['recall']);
    const [, recall] = /recall@10 (0\.\d+)/.exec(found.get('recall') ?? '') ?? [];
    expect(Number(recall)).toBeLessThan(0.95);
    const low = { gateRecall: Number(recall) - 0.001 };
    expect(await refusals({ artifact: path('lost.sepet'), thresholds: low }, 'other')).toEqual(new Map());
  });

  it('for a figure that fell further than the gate lets pass', async () => {
    await writeArtifact(path('worse.sepet'), { products: 100, hitRate: 0.28 });
    const found = await refusals({ artifact: path('worse.sepet') });
    expect(names(found)).toEqual(['metrics']);
    expect(found.get('metrics')).toMatch(/fell 6\.7 %, from 0\.\d+ to 0\.\d+/);
    expect(
      await refusals({ artifact: path('worse.sepet'), thresholds: { gateMetricDrop: 0.07 } }, 'test'),
    ).toEqual(new Map());
    await put(store, 'test', { artifact: path('first.sepet') });
  });

  it('for less than the best co-occurrence finds, or shows of the catalogue', async () => {
    const figures = (ndcgAt10: number, coverage: number) => ({
      fbt: { ndcgAt10, coverage },
      leaveOneOut: {},
    });
    const methods = { conditional: figures(0.1, 0.9), decayed: figures(0.2, 0.8) };
    const judged = async (ndcg: number, coverage: number, thresholds = {}) => {
      const manifest = { metrics: { methods: { ...methods, word2vec: figures(ndcg, coverage) } } };
      const artifact = await writeArtifact(path('judged.sepet'), { manifest });
      return refusals({ artifact, thresholds }, `judged-${ndcg}-${coverage}`);
    };
    expect((await judged(0.15, 0.8)).get('baseline')).toContain(
      "word2vec with NDCG 0.7500 and coverage 1.00 of decayed's",
    );
    expect(names(await judged(0.193, 0.8))).toEqual(['baseline']);
    expect(names(await judged(0.195, 0.41))).toEqual([]);
    expect(names(await judged(0.2, 0.39))).toEqual(['baseline']);
    expect(names(await judged(0.195, 0.5, { gateBaselineNdcg: 1 }))).toEqual(['baseline']);
    expect(names(await judged(0.17, 0.3, { gateBaselineNdcg: 0.8, gateBaselineCoverage: 0.3 }))).toEqual([]);
  });

  it('by its blend where it serves one, at the main length of the lists', () => {
    const figures = (ndcgAt5: number, ndcgAt10: number) => ({
      fbt: { ndcgAt5, ndcgAt10, coverage: 0.5 },
      leaveOneOut: { hitRateAt5: ndcgAt5, hitRateAt10: ndcgAt10 },
    });
    const methods = { word2vec: figures(0.1, 0.1), blend: figures(0.1, 0.3), salton: figures(0.4, 0.2) };
    const metrics = { methods, parameters: { k: 10 } };
    const blended = { metrics, blend: { version: 1 } };
    expect(baselineOf(blended)).toMatchObject({ model: 'blend', name: 'salton', ndcg: 0.3 / 0.2 });
    expect(baselineOf({ metrics })).toMatchObject({ model: 'word2vec', ndcg: 0.5 });
    const { blend: _, ...unjudged } = methods;
    expect(baselineOf({ ...blended, metrics: { methods: unjudged } })).toMatchObject({ model: 'word2vec' });
    expect([...figuresOf(blended as unknown as ArtifactManifest)]).toEqual([
      ['NDCG@10', 0.3],
      ['leave-one-out hit rate@10', 0.3],
    ]);
  });

  it('by thresholds that a file names, and no others', () => {
    const file = (text: string): string => {
      writeFileSync(path('gates.yaml'), text);
      return path('gates.yaml');
    };
    const read = readThresholds(file('recall: 0.97\nbaselineNdcg: 1\n'));
    expect(read).toEqual({ gateRecall: 0.97, gateBaselineNdcg: 1 });
    expect(readThresholds(file('{}'))).toEqual({});
    expect(() => readThresholds(file('recal: 1'))).toThrow(/no gate "recal"\. Did you mean "recall"/);
    expect(() => readThresholds(file('recall: 2'))).toThrow(/recall must be a number from 0 to 1/);
    expect(() => readThresholds(file('recall: [1'))).toThrow(/is not YAML/);
    expect(() => readThresholds(path('nowhere.yaml'))).toThrow(/cannot be read/);
  });

  it('for having no figures at all, even where it is the first', async () => {
    await writeArtifact(path('blind.sepet'), { hitRate: null });
    expect(names(await refusals({ artifact: path('blind.sepet') }, 'blind'))).toEqual(['metrics']);
  });

  it('for its size and for products that are gone, both told at once', async () => {
    await writeArtifact(path('small.sepet'), { products: 30 });
    const found = await refusals({ artifact: path('small.sepet') });
    expect(names(found)).toEqual(['size', 'products']);
    expect(found.get('products')).toContain("70 of test's 100 are missing, such as P30");
    await writeArtifact(path('fewer.sepet'), { products: 89 });
    expect(names(await refusals({ artifact: path('fewer.sepet') }))).toEqual(['products']);
    await writeArtifact(path('large.sepet'), { products: 400 });
    expect(names(await refusals({ artifact: path('large.sepet') }))).toEqual(['size']);
  });

  it('for products that cannot be looked at, as their artifact is gone', async () => {
    await writeArtifact(path('gone.sepet'), { seed: 7 });
    const { entry } = await put(store, 'gone', { artifact: path('gone.sepet') });
    await store.remove(`artifacts/${entry.artifact?.slice(7)}.sepet`);
    const found = await refusals(
      { artifact: path('first.sepet'), thresholds: { gateSizeChange: 10 } },
      'gone',
    );
    expect(names(found)).toEqual(['products']);
  });

  it('for policies that name what it lacks, each with its line, forced or not', async () => {
    const policies = [policyOf('right'), policyOf('wrong', 'Acne'), policyOf('other', 'Blot')];
    for (const force of [undefined, 'because']) {
      const options = { artifact: path('first.sepet'), policies, ...(force !== undefined && { force }) };
      const found = await refusals(options);
      expect(names(found)).toEqual(['policies']);
      expect(found.get('policies')).toMatch(
        /wrong@1: filters\.0\.keep\.brand names the brand "Acne".*"Blot"/,
      );
    }
    expect(names(await refusals({ policies: [policyOf('wrong', 'Acne')], force: 'because' }))).toEqual([
      'policies',
    ]);
  });

  it('for the policies that its label has, where it does not fit them', async () => {
    await put(store, 'fitting', { artifact: path('first.sepet'), policies: [policyOf('acme')] });
    const [manifest, ...sections] = await shopSections({ seed: 4, products: 1 });
    writeFile(path('tiny.sepet'), [manifest as Section, ...sections]);
    expect(names(await refusals({ artifact: path('tiny.sepet'), force: 'because' }, 'fitting'))).toEqual([
      'policies',
    ]);
  });
});

describe('deltas', () => {
  const deltas = makeWorld();
  afterAll(deltas.remove);
  /** A stream whose deltas up to `pruned` are gone. */
  const stream = async (revision: number, pruned = 0): Promise<void> => {
    const entries = Array.from({ length: revision - pruned }, (_, i) => ({
      revision: pruned + i + 1,
      file: `sha256:${'0'.repeat(64)}`,
      bytes: 1,
      at: new Date().toISOString(),
      by: 'test',
      products: 1,
      currency: null,
    }));
    const head = { kind: 'sepet-deltas', version: 1, revision, deltas: entries };
    await deltas.store.write(
      deltasKey,
      encodeDocument(head),
      (await deltas.store.read(deltasKey))?.etag ?? null,
    );
  };
  const verdict = async (revision?: number): Promise<GateOutcome | undefined> => {
    const file = deltas.path(`${revision}.sepet`);
    await writeArtifact(file, revision === undefined ? {} : { manifest: { deltas: { revision } } });
    try {
      return (await put(deltas.store, 'test', { artifact: file })).gates.find(
        ({ gate }) => gate === 'deltas',
      );
    } catch (error) {
      return (error as RefusedError).gates.find(({ gate }) => gate === 'deltas');
    }
  };

  it('must be folded in, or the artifact must say up to which', async () => {
    await deltas.store.probe();
    expect(await verdict()).toMatchObject({ passed: true, skipped: true });
    expect(await verdict(2)).toMatchObject({ passed: false });
    await stream(3);
    expect((await verdict())?.said).toContain(
      'deltas go to revision 3 and the artifact does not say up to which they are folded in: build it',
    );
    expect(await verdict(0)).toMatchObject({ passed: true });
    expect(await verdict(3)).toMatchObject({ passed: true, said: 'folded in up to 3 of 3' });
    expect((await verdict(4))?.said).toContain('built for another store');
    await stream(6, 4);
    expect((await verdict(3))?.said).toContain('those before 5 are pruned');
    expect(await verdict(4)).toMatchObject({ passed: true });
  });
});

describe('force', () => {
  it('opens gates that may be opened, and its reason stays in record and history', async () => {
    copyFileSync(path('small.sepet'), path('forced.sepet'));
    const { entry, gates } = await put(store, 'test', { artifact: path('forced.sepet'), force: 'summer' });
    expect(gates.filter(({ forced }) => forced).map(({ gate }) => gate)).toEqual(['size', 'products']);
    expect(entry.forced).toBe('summer');
    expect(await readRecord(store, entry.artifact ?? '')).toMatchObject({ forced: 'summer', gates });
  });

  it('says nothing where every gate let it through', async () => {
    const { entry } = await put(store, 'fresh', { artifact: path('first.sepet'), force: 'just in case' });
    expect(entry.forced).toBeUndefined();
  });
});

it('a manifest that cannot be read is a refusal', async () => {
  const [, ...sections] = await shopSections({ seed: 1, products: 10 });
  const manifest = encodeManifest({ kind: 'sepet-artifact' } as Parameters<typeof encodeManifest>[0]);
  writeFile(path('bare.sepet'), [manifest, ...sections]);
  expect(names(await refusals({ artifact: path('bare.sepet') }))).toEqual(['whole']);
});
