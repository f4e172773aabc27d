// The user tower: models that fit and others, what requests become by it, and answers by it. What runs a model is skipped where
// onnxruntime-node is not installed; SEPET_ONNXRUNTIME says where else it is.

import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { answerBatch, type Job, readBatch } from '../../src/pool/answers.ts';
import { fitting, liftJobs, openTower } from '../../src/pool/tower.ts';
import { artifactOpener, Versions } from '../../src/pool/versions.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender } from '../../src/recommend/open.ts';
import type { RecommendAnswer, Recommender } from '../../src/recommend/recommender.ts';
import { send } from '../http/sending.ts';
import { json, type Serving, serve } from '../http/serving.ts';
import { temporaryFolder, writeShop } from '../recommend/shop.ts';
import { matMulModel, type Weights } from './onnx.ts';

const dims = 8;
const inputs = 3;

function hasRuntime(): boolean {
  try {
    createRequire(import.meta.url).resolve(process.env.SEPET_ONNXRUNTIME || 'onnxruntime-node');
    return true;
  } catch {
    return false;
  }
}
const described = hasRuntime() ? describe : describe.skip;
const shown = hasRuntime() ? '' : ' (skipped: onnxruntime-node is not installed)';

const folder = temporaryFolder();
const file = folder.path('shop.sepet');
const random = new Random(5);
const weights: Weights = {
  ...{ inputs, outputs: dims },
  values: Float32Array.from({ length: inputs * dims }, () => random.float() - 0.5),
};
let artifact: Artifact;
let recommender: Recommender;

function modelFile(name: string, content: Uint8Array): string {
  writeFileSync(folder.path(name), content);
  return folder.path(name);
}

/** What the model makes of numbers, by the plain formula. */
const plainly = (row: readonly number[]): number[] =>
  Array.from({ length: dims }, (_, d) =>
    row.reduce((sum, x, i) => sum + x * (weights.values[i * dims + d] as number), 0),
  );

const job = (product: string, tower?: readonly number[]): Job => ({
  request: { product, limit: 5, exact: true, ...(tower && { tower }) },
  encoding: 'json',
});

const answersOf = (jobs: readonly Job[]) =>
  readBatch(answerBatch(recommender, jobs)).results.map((result) =>
    result.failure === undefined
      ? (JSON.parse(Buffer.from(result.body).toString()) as RecommendAnswer)
      : result.failure,
  );
const itemsOf = (answer: unknown) => (answer as RecommendAnswer).items;

beforeAll(async () => {
  await writeShop(file, { seed: 4, products: 60, untrained: 0, dims });
  artifact = openArtifact(file);
  recommender = createRecommender(artifact, []);
});

afterAll(() => folder.remove());

describe('without a user tower', () => {
  it('a request that asks for one fails by itself', () => {
    const [one, other] = answersOf([job('P1', [1, 2, 3]), job('P1')]);
    expect(one).toMatchObject({ code: 'option_invalid', message: expect.stringMatching(/no user tower/) });
    expect(itemsOf(other)).toHaveLength(5);
  });

  it('a model cannot be opened where what runs it is missing', async () => {
    vi.stubEnv('SEPET_ONNXRUNTIME', folder.path('nowhere'));
    await expect(openTower({ file: folder.path('m.onnx'), weight: 1 })).rejects.toMatchObject({
      code: 'tower_unavailable',
      message: expect.stringContaining('npm install onnxruntime-node'),
    });
    vi.unstubAllEnvs();
  });
});

described(`a user tower${shown}`, () => {
  const tower = (weight: number, batch?: number | string) =>
    openTower({ file: modelFile('tower.onnx', matMulModel(weights, batch)), weight });

  it('makes of numbers what its model says, together or one by one', async () => {
    const rows = Array.from({ length: 5 }, () => Array.from({ length: inputs }, () => random.float()));
    for (const batch of ['batch', 1]) {
      const opened = await tower(0.5, batch);
      expect(opened).toMatchObject({ inputs, dims, weight: 0.5 });
      const lifted = await liftJobs(
        opened,
        rows.map((row) => job('P1', row)),
      );
      lifted.forEach(({ request }, i) => {
        const { vector = [], weight } = request.towered ?? {};
        expect(weight).toBe(0.5);
        plainly(rows[i] as number[]).forEach((x, d) => {
          expect(vector[d]).toBeCloseTo(x, 5);
        });
      });
    }
  });

  it('mixes its vector with the product’s own, by its weight', async () => {
    const row = [1, -2, 0.5];
    const plain = itemsOf(answersOf([job('P1')])[0]);
    const at = async (weight: number) =>
      itemsOf(answersOf(await liftJobs(await tower(weight), [job('P1', row)]))[0]);
    expect(await at(0)).toEqual(plain);
    const { vectors, catalog } = artifact;
    const own = vectors.in.subarray(catalog.ids.row('P1') * dims, (catalog.ids.row('P1') + 1) * dims);
    for (const weight of [0.25, 1]) {
      const mixed = plainly(row).map((x, d) => weight * x + (1 - weight) * (own[d] as number));
      const items = await at(weight);
      expect(items.map(({ id }) => id)).not.toEqual(plain.map(({ id }) => id));
      for (const { id, score } of items) {
        const to = catalog.ids.row(id) * (dims + 1);
        const affinity = mixed.reduce((sum, x, d) => sum + x * (vectors.out[to + d] as number), 0);
        const { scale } = artifact.manifest.popularity;
        const popular = (artifact.manifest.gamma / scale) * (vectors.out[to + dims] as number);
        expect(score).toBeCloseTo(affinity + popular, 3);
      }
    }
  });

  it('refuses numbers that do not fit, each by itself', async () => {
    const lifted = await liftJobs(await tower(1), [job('P1', [1]), job('P1'), job('P1', [1e300, 0, 0])]);
    const [short, plain, large] = answersOf(lifted);
    expect(short).toMatchObject({ code: 'option_invalid', message: 'tower must have 3 numbers, not 1.' });
    expect(itemsOf(plain)).toHaveLength(5);
    expect(large).toMatchObject({ code: 'option_invalid', message: expect.stringContaining('too large') });
    const sums = matMulModel({ inputs, outputs: dims, values: new Float32Array(inputs * dims).fill(1) });
    const opened = await openTower({ file: modelFile('sums.onnx', sums), weight: 1 });
    const [burst] = answersOf(await liftJobs(opened, [job('P1', [3e38, 3e38, 3e38])]));
    expect(burst).toMatchObject({ code: 'tower_invalid' });
  });

  it.each<[string, () => Uint8Array, RegExp]>([
    ['no model', () => Uint8Array.of(1, 2, 3), /cannot be opened as a model/],
    ['an open width', () => matMulModel(weights, 'batch', 'n'), /cannot be opened|not float32/],
    ['a fixed batch of 4', () => matMulModel(weights, 4), /its input is float32 \[4, 3\]/],
  ])('refuses %s', async (_, content, said) => {
    const opening = openTower({ file: modelFile('bad.onnx', content()), weight: 1 });
    await expect(opening).rejects.toMatchObject({
      code: 'tower_invalid',
      message: expect.stringMatching(said),
    });
  });

  it('refuses an artifact of other dims', async () => {
    const narrow = matMulModel({ inputs: 1, outputs: 5, values: new Float32Array(5) });
    const opened = await openTower({ file: modelFile('narrow.onnx', narrow), weight: 1 });
    const versions = new Versions(fitting(artifactOpener(), opened));
    const version = { number: 1, file, artifact: artifact.id, policies: [], pages: 'map' } as const;
    expect(() => versions.prepare(version)).toThrow(
      expect.objectContaining({
        code: 'tower_invalid',
        message: expect.stringMatching(/5 numbers.* have 8/),
      }),
    );
  });

  it.each(['0', '2'])('answers over HTTP with %s workers, to nobody else', async (workers) => {
    const model = modelFile('served.onnx', matMulModel(weights));
    const server: Serving = await serve(
      ...([file, '--user-tower', model, '--user-tower-weight', '0.75', '--workers', workers] as const),
    );
    try {
      const opened = await openTower({ file: model, weight: 0.75 });
      const asked = Array.from({ length: 30 }, (_, i) => job(`P${i}`, [i / 10, 1, -1]));
      const expected = answersOf(await liftJobs(opened, asked));
      const url = `${server.url}/v1/bought-together`;
      const got = await Promise.all(
        asked.map(({ request: { exact: _, ...body } }) => send('POST', url, body)),
      );
      got.forEach((answer, i) => {
        expect(answer.headers['cache-control']).toBe('private, no-store');
        expect(json(answer).items).toEqual(itemsOf(expected[i]));
      });
      const short = await send('POST', url, { product: 'P1', tower: [1] });
      expect([short.status, json(short).code]).toEqual([400, 'option_invalid']);
      const plain = await send('POST', url, { product: 'P1', limit: 5 });
      expect(json(plain).items).toEqual(itemsOf(answersOf([job('P1')])[0]));
    } finally {
      await server.stop();
    }
    expect((await server.exited)[0]).not.toBe(1);
  });
});
