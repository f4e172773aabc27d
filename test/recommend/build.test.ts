import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import type { IndexSections } from '../../src/artifact/vectors.ts';
import { Random } from '../../src/base/random.ts';
import { Index } from '../../src/native/index.ts';
import { boundsOf, buildIndex, type CodeBits } from '../../src/training/build/index-sections.ts';
import { readInputs } from '../../src/training/build/inputs.ts';
import { writeFmModel } from '../../src/training/fm/files.ts';
import { writeContent } from '../../src/training/imports/content-file.ts';
import { smallArtifact } from '../shops.ts';
import { makeMachine } from './machine.ts';
import { temporaryFolder } from './shop.ts';

const fmParameters = {
  ...{ loss: 'logistic' as const, epochs: 1, patience: 1, learningRate: 0.1, l2: 0, seed: 1 },
  ...{ negatives: 4, alpha: 0.5, deterministic: true },
};

const folder = temporaryFolder();
const dir = folder.path('data');
const at = (name: string): string => folder.path(`data/${name}`);
afterAll(folder.remove);

describe('a data folder', () => {
  beforeEach(() => {
    rmSync(dir, { recursive: true, force: true });
    const made = dirname(smallArtifact());
    for (const name of ['manifest.json', 'products.parquet', 'baskets.parquet', 'model.sepet'])
      cpSync(`${made}/${name}`, at(name));
  });

  it('is read with its model, and with metrics of the same data and model', async () => {
    const inputs = await readInputs(dir);
    expect(inputs.in.length).toBe(inputs.products.products * inputs.dims);
    expect(inputs).toMatchObject({ staleMetrics: false, trainParameters: { dims: inputs.dims } });
    expect(Object.keys(inputs.hashes)).toEqual(['baskets.parquet', 'products.parquet', 'model.sepet']);
    expect(inputs.metrics).toBeUndefined();

    writeFileSync(at('metrics.json'), JSON.stringify({ hashes: inputs.hashes, methods: {} }));
    expect(await readInputs(dir)).toMatchObject({ metrics: { methods: {} }, staleMetrics: false });

    const hashes = { ...inputs.hashes, 'model.sepet': 'another' };
    writeFileSync(at('metrics.json'), JSON.stringify({ hashes, methods: {} }));
    const stale = await readInputs(dir);
    expect([stale.metrics, stale.staleMetrics]).toEqual([undefined, true]);
  });

  it('without a model, or with one of other data, says what to run', async () => {
    const manifest = JSON.parse(readFileSync(at('manifest.json'), 'utf8'));
    manifest.hashes['baskets.parquet'] = '0'.repeat(64);
    writeFileSync(at('manifest.json'), JSON.stringify(manifest));
    await expect(readInputs(dir)).rejects.toMatchObject({
      code: 'manifest_invalid',
      message: expect.stringContaining('was trained on other data: run sepet train'),
    });
    rmSync(at('model.sepet'));
    await expect(readInputs(dir)).rejects.toMatchObject({
      code: 'input_missing',
      message: expect.stringContaining('make it with sepet train'),
    });
  });

  it('is read with its factorization machine, unless that is of other data or not asked for', async () => {
    const { products, hashes, machine: none } = await readInputs(dir);
    expect(none).toBeUndefined();
    const { model, fitted } = makeMachine(products, { seed: 1 });
    const manifest = {
      ...{ version: 1 as const, kernel: 'scalar', hashes },
      parameters: { ...fmParameters, factorsEach: model.factorsEach },
      counts: { features: fitted.features, trainRows: 1, validationRows: 1 },
      position: { epoch: 1, slice: 0, lossSum: 0, lossRows: 0, history: [], best: 0 },
    };
    writeFmModel(at('fm.sepet'), manifest, { model, fitted });
    const read = await readInputs(dir);
    expect(read.machine?.model.linear[7]).toBe(model.linear[7]);
    expect(read.machine?.parameters).toMatchObject(manifest.parameters);
    expect(Object.keys(read.hashes)).toContain('fm.sepet');
    const without = await readInputs(dir, { fm: false });
    expect([without.machine, without.hashes]).toEqual([undefined, hashes]);

    const other = { ...hashes, 'baskets.parquet': 'another' };
    const refused = { code: 'manifest_invalid', message: expect.stringContaining('or build with --no-fm') };
    writeFmModel(at('fm.sepet'), { ...manifest, hashes: other }, { model, fitted });
    await expect(readInputs(dir)).rejects.toMatchObject(refused);
    writeFmModel(at('fm.sepet'), manifest, { model, fitted: undefined });
    await expect(readInputs(dir)).rejects.toMatchObject(refused);
  });

  it('is read with its blend, where that is of the same data and model', async () => {
    const { hashes } = await readInputs(dir);
    const tiers = [{ orders: 0, weights: { embedding: 1 }, popularity: 0, offset: 0 }];
    const blend = { version: 1, gamma: 0.5, temperature: 1, calibration: {}, tiers };
    const write = (of: Record<string, string>): void =>
      writeFileSync(at('blend.json'), JSON.stringify({ ...blend, fitted: { hashes: of } }));
    write(hashes);
    const read = await readInputs(dir);
    expect([read.blend, read.staleBlend]).toEqual([blend, undefined]);
    expect(Object.keys(read.hashes)).toContain('blend.json');
    write({ ...hashes, 'model.sepet': 'another' });
    const stale = await readInputs(dir);
    expect([stale.blend, stale.staleBlend, stale.hashes]).toEqual([undefined, true, hashes]);
  });

  it('is read with imported content vectors where vectors are to be made', async () => {
    const { hashes } = await readInputs(dir, { cold: true });
    const content = { dims: 2, rows: Uint32Array.from([4, 7]), vectors: Float32Array.from([1, 2, 3, 4]) };
    writeContent(dir, content, { hashes, source: {} });
    const read = await readInputs(dir, { cold: true });
    expect(read.content).toEqual(content);
    expect(Object.keys(read.hashes)).toContain('content.sepet');
    expect((await readInputs(dir)).content).toBeUndefined();
  });

  it('whose model is an artifact is refused', async () => {
    cpSync(smallArtifact(), at('model.sepet'));
    await expect(readInputs(dir)).rejects.toMatchObject({
      code: 'manifest_invalid',
      message: expect.stringContaining('is a sepet-artifact, not a model'),
    });
  });
});

describe('building the index in a worker', () => {
  type InWorker = typeof import('../../src/training/build/index-in-worker.ts');
  const built = fileURLToPath(new URL('../../dist/src/training/build/index-in-worker.js', import.meta.url));
  const random = new Random(4);
  const call = (rows: number) => ({
    vectors: Float32Array.from({ length: rows * 8 }, () => random.normal()),
    ...{ dims: 8, M: 16, efConstruction: 400, codeBits: 'auto' as const, threads: 1, seed: 1 },
  });

  it('gives the same sections as here and passes errors on', async () => {
    const { indexInWorker } = (await import(built)) as InWorker;
    const asked = call(200);
    const sections = await indexInWorker({})(asked, 'embedding');
    expect(Object.keys(sections)).toEqual(['graph', 'codes', 'int8']);
    expect(sections).toEqual(buildIndex(asked));
    const bad = call(10);
    bad.vectors[17] = Number.NaN;
    await expect(indexInWorker({})(bad, 'fm')).rejects.toMatchObject({ code: 'vector_not_finite' });
  });

  it('reports progress and stops when asked to', async () => {
    const { indexInWorker } = (await import(built)) as InWorker;
    const abort = new AbortController();
    const seen: number[] = [];
    const building = indexInWorker({
      signal: abort.signal,
      onProgress: ({ done, total }) => {
        seen.push(done / total);
        abort.abort();
      },
    })(call(200_000), 'embedding');
    await expect(building).rejects.toMatchObject({ code: 'cancelled' });
    expect(seen[0]).toBeLessThan(1);
  });
});

describe('the bits of the codes', () => {
  const call = (dims: number, codeBits: CodeBits) => {
    const vectors = Float32Array.from({ length: 40 * dims }, (_, i) => ((i * 7919) % 97) / 97 - 0.5);
    return buildIndex({ vectors, dims, codeBits, M: 4, efConstruction: 16, threads: 1, seed: 1 });
  };
  const bits = (sections: IndexSections, dims: number): number =>
    new Index({ vectors: new Float32Array(40 * dims), dims, ...sections }).stats().codeBits;

  it('follow the dims, or what is asked', () => {
    expect(bits(call(65, 'auto'), 65)).toBe(2);
    expect(bits(call(161, 'auto'), 161)).toBe(1);
    expect(bits(call(65, 1), 65)).toBe(1);
    expect(bits(call(512, 2), 512)).toBe(2);
  });

  it('may be none: lean, or of too many dims to be coded', () => {
    expect(Object.keys(call(65, 0))).toEqual(['graph']);
    expect(Object.keys(call(1025, 'auto'))).toEqual(['graph', 'int8']);
  });

  it('are refused where the dims are too many, before anything is built', () => {
    for (const [dims, codeBits] of [
      [513, 2],
      [1025, 1],
    ] as const)
      expect(() => boundsOf({ rows: 1, dims, codeBits, M: 4, efConstruction: 16, threads: 1 })).toThrow(
        expect.objectContaining({
          code: 'argument_invalid',
          message: expect.stringContaining(`${dims} dims`),
        }),
      );
  });
});
