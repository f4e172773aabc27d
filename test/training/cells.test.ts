// An artifact whose rows are ordered by cells: it says of every product what the one without cells says.

import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readArtifactManifest } from '../../src/artifact/manifest.ts';
import { Random } from '../../src/base/random.ts';
import { sourceOf } from '../../src/base/sections.ts';
import { arrangeCells, Index, noRow, writeFile } from '../../src/native/index.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { createRecommender, type RecommenderOptions } from '../../src/recommend/open.ts';
import { isFailure, type RecommendAnswer } from '../../src/recommend/recommender.ts';
import type { RecommendRequest } from '../../src/recommend/request.ts';
import { verifyArtifact } from '../../src/recommend/verify.ts';
import type { BuildInputs } from '../../src/training/build/inputs.ts';
import { planOf } from '../../src/training/build/plan.ts';
import { hasVector, renumberRows } from '../../src/training/build/rows.ts';
import { policyOf } from '../recommend/arbitraries.ts';
import { makeMachine } from '../recommend/machine.ts';
import { makeInputs, type ShopOptions, shopSections, temporaryFolder } from '../recommend/shop.ts';

const products = 3000;
const removed = new Set([3, 700, 2100]);

/** Vectors about thirty centres, IN and OUT of a product about the same; a machine; three products that went. */
function clustered(inputs: BuildInputs): BuildInputs {
  const random = new Random(17);
  const { dims } = inputs;
  const centres = Float32Array.from({ length: 30 * dims }, () => random.normal());
  const of = Uint32Array.from({ length: products }, () => random.below(30));
  const about = (values: Float32Array): Float32Array =>
    values.map((_, i) => {
      const row = Math.floor(i / dims);
      const value = (centres[(of[row] as number) * dims + (i % dims)] as number) + 0.5 * random.normal();
      return hasVector(inputs)(row) ? value : 0;
    });
  const machine = makeMachine(inputs.products, { seed: 1 });
  return { ...inputs, in: about(inputs.in), out: about(inputs.out), machine, removed };
}

const shop: ShopOptions = { seed: 23, products, dims: 12, untrained: 0.2, fold: clustered };
const parts = { cold: true, similarLength: 5 };
const folder = temporaryFolder();
let plain: Artifact;
let celled: Artifact;

beforeAll(async () => {
  const open = async (name: string, more: ShopOptions['parts']): Promise<Artifact> => {
    const file = folder.path(name);
    writeFile(file, await shopSections({ ...shop, parts: { ...parts, ...more } }));
    return openArtifact(file, { verify: true });
  };
  plain = await open('plain.sepet', {});
  celled = await open('celled.sepet', { cellsFrom: 300 });
});
afterAll(folder.remove);

/** The header's numbers and where the cells begin, as docs/formats.md draws them. */
function readCells({ file }: Artifact) {
  const bytes = file.u8('cells');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const [version, rows, dims, cells] = [8, 12, 16, 20].map((at) => view.getUint32(at, true));
  const starts = Array.from({ length: (cells ?? 0) + 1 }, (_, i) => view.getUint32(64 + 4 * i, true));
  return { magic: new TextDecoder().decode(bytes.subarray(0, 8)), version, rows, dims, starts };
}

const idOf = ({ catalog }: Artifact, row: number): string => catalog.ids.id(row);
const rowsOf = ({ catalog }: Artifact): number[] => Array.from({ length: catalog.products }, (_, row) => row);

describe('the rows of an artifact with cells', () => {
  it('are covered by cells, those with vectors that were made by cells of their own', () => {
    const { trained, cold = 0 } = celled.manifest.counts;
    const own = trained - cold;
    const { starts, ...head } = readCells(celled);
    expect(head).toEqual({ magic: 'SEPCELL\0', version: 2, rows: trained, dims: 13 });
    expect([starts[0], starts.at(-1), starts.includes(own)]).toEqual([0, trained, true]);
    expect(starts.every((start, i) => i === 0 || start > (starts[i - 1] as number))).toBe(true);
    expect(starts.length).toBeGreaterThan(50);
    const hasOwn = hasVector(clustered(makeInputs(shop)));
    // The shop's products are called by their row in the data folder.
    const old = rowsOf(celled).map((row) => Number(idOf(celled, row).slice(1)));
    expect(old.slice(0, own).every(hasOwn)).toBe(true);
    expect(old.slice(own).some(hasOwn)).toBe(false);
    const isInside = (row: number): boolean => row > 0 && row < trained && !starts.includes(row);
    expect(old.every((row, at) => !isInside(at) || row > (old[at - 1] as number))).toBe(true);
    expect(old).not.toEqual(rowsOf(plain).map((row) => Number(idOf(plain, row).slice(1))));
  });

  it('hold nearer neighbours than the others', () => {
    const between = ({ vectors: { out, dims, trained } }: Artifact): number => {
      let sum = 0;
      for (let i = dims + 1; i < trained * (dims + 1); i++)
        sum += ((out[i] as number) - (out[i - dims - 1] as number)) ** 2;
      return sum;
    };
    expect(between(celled)).toBeLessThan(0.5 * between(plain));
  });

  it('are verified, and told by the index', () => {
    verifyArtifact(celled);
    const { starts } = readCells(celled);
    const { cells, cellsBytes, upperBytes } = celled.index.stats();
    expect(upperBytes).toBe(celled.file.u8('upper').length);
    expect([cells, cellsBytes]).toEqual([starts.length - 1, celled.file.u8('cells').length]);
    expect(plain.index.stats()).toMatchObject({ cells: 0, cellsBytes: 0 });
    expect([celled.fm?.index.stats().cells, celled.file.has('fm.cells')]).toEqual([0, false]);
  });
});

describe('an artifact with cells', () => {
  it('says the same of every product', () => {
    const { manifest } = celled;
    for (const name of ['counts', 'popularity', 'parameters'] as const)
      expect(manifest[name]).toEqual(plain.manifest[name]);
    const [before, after] = [plain, celled].map((artifact) => createRecommender(artifact, []));
    const vectorOf = ({ vectors, fm }: Artifact, row: number) => {
      const of = (values: Float32Array, stride: number) => [
        ...values.subarray(row * stride, (row + 1) * stride),
      ];
      const { factors = 0 } = fm ?? {};
      const { in: input, out, dims } = vectors;
      return [
        of(input, dims),
        of(out, dims + 1),
        of(fm?.in as Float32Array, factors),
        of(fm?.out as Float32Array, factors + 1),
      ];
    };
    expect(celled.catalog.products).toBe(products - removed.size);
    for (const row of rowsOf(plain)) {
      const id = idOf(plain, row);
      expect(after?.product(id)).toEqual(before?.product(id));
      expect(vectorOf(celled, celled.catalog.ids.row(id))).toEqual(vectorOf(plain, row));
    }
  });

  it.each(['cooccurrence', 'similar'] as const)('lists the same by %s', (name) => {
    const listsOf = (artifact: Artifact) => {
      const { offsets, rows, scores } = artifact[name] as NonNullable<Artifact['similar']>;
      return new Map(
        rowsOf(artifact).map((row) => {
          const [start, end] = [offsets[row] as number, offsets[row + 1] as number];
          const ids = Array.from(rows.subarray(start, end), (other) => idOf(artifact, other));
          return [idOf(artifact, row), [ids, [...scores.subarray(start, end)]]];
        }),
      );
    };
    expect(listsOf(celled)).toEqual(listsOf(plain));
  });

  it('ranks as many orders everywhere in the list of the most ordered', () => {
    const orders = ({ popularity: { all }, catalog: { columns } }: Artifact) =>
      Array.from(all, (row) => columns.orders[row]);
    expect(orders(celled)).toEqual(orders(plain));
    expect(new Set(celled.popularity.all).size).toBe(celled.catalog.products);
  });
});

const policy = policyOf({ candidates: { source: ['embedding'], count: 50, max: 100 }, fallback: [] });
const asked = Array.from({ length: 60 }, (_, i) => `P${i * 47 + 1}`);

function answers(
  artifact: Artifact,
  requests: readonly RecommendRequest[],
  options?: RecommenderOptions,
): { id: string; score: number }[][] {
  return createRecommender(artifact, policy, options)
    .recommend(requests)
    .map((answer) => {
      if (isFailure(answer)) throw new Error(answer.error.message);
      return (answer as RecommendAnswer).items.map(({ id, score }) => ({ id, score }));
    });
}

describe('answers with cells', () => {
  it('are by scan those without', () => {
    for (const filters of [undefined, { brand: ['Acme'] }, { priceMax: 900 }]) {
      const requests = asked.map((product) => ({
        product,
        exact: true as const,
        ...(filters && { filters }),
      }));
      const [found, wanted] = [answers(celled, requests), answers(plain, requests)];
      expect(found.map((items) => items.map(({ id }) => id))).toEqual(
        wanted.map((items) => items.map(({ id }) => id)),
      );
      found.flat().forEach(({ score }, i) => {
        expect(score).toBeCloseTo(wanted.flat()[i]?.score as number, 4);
      });
    }
  });

  it('under a filter are nearly those of the exact scan', () => {
    const filters = { brand: ['Acme'], priceMax: 2500 };
    const requests = asked.map((product) => ({ product, filters }));
    const found = answers(celled, requests, { walkedRows: 0, scannedRows: 0 });
    const exact = answers(
      celled,
      requests.map((request) => ({ ...request, exact: true })),
    );
    const all = exact.flat().length;
    const hits = exact.flatMap((items, i) =>
      items.filter(({ id }) => found[i]?.some((other) => other.id === id)),
    ).length;
    expect(all).toBeGreaterThan(400);
    expect(hits / all).toBeGreaterThanOrEqual(0.9);
  });

  it.each([0.5, 0.1, 0.03])('in the index, where a share of %d is eligible, too', (share) => {
    const { index, vectors } = celled;
    const { trained, dims } = vectors;
    const random = new Random(5);
    const filter = new Uint32Array(Math.ceil(trained / 32));
    for (let row = 0; row < trained; row++)
      if (random.chance(share)) filter[row >>> 5] = (filter[row >>> 5] as number) | (1 << (row & 31));
    const [count, k] = [100, 10];
    const queries = new Float32Array(count * (dims + 1));
    for (let q = 0; q < count; q++)
      queries.set(vectors.in.subarray(q * 20 * dims, (q * 20 + 1) * dims), q * (dims + 1));
    const call = () => ({
      ...{ queries, k, filter, rows: new Uint32Array(count * k), scores: new Float32Array(count * k) },
      counts: new Uint32Array(count),
    });
    const [found, exact] = [call(), call()];
    expect(index.search({ ...found, ef: 50, scanRows: 0 })).toBe('graph');
    index.scan(exact);
    expect(found.counts).toEqual(exact.counts);
    let hits = 0;
    for (let q = 0; q < count; q++) {
      const truth = exact.rows.subarray(q * k, (q + 1) * k);
      hits += found.rows.subarray(q * k, (q + 1) * k).filter((row) => truth.includes(row)).length;
    }
    expect(hits / (count * k)).toBeGreaterThanOrEqual(0.9);
  });
});

describe('cells that are damaged', () => {
  it('are refused where they are verified, and else find what is eligible, or less', () => {
    const { file, vectors } = celled;
    const { trained, dims } = vectors;
    const filter = Uint32Array.from({ length: Math.ceil(trained / 32) }, () => 0x01010101);
    const random = new Random(8);
    const parts = {
      ...{ vectors: vectors.out, dims: dims + 1, graph: file.u8('graph'), codes: file.u8('codes') },
      int8: file.u8('int8'),
    };
    const starts = readCells(celled).starts.length;
    for (let round = 0; round < 40; round++) {
      const cells = Uint8Array.from(file.u8('cells'));
      const end = round % 2 === 0 ? 64 + 4 * starts : cells.length;
      for (let at = 64; at < end; at++) if (random.chance(0.3)) cells[at] = random.below(256);
      expect(() => new Index({ ...parts, cells })).toThrow(expect.objectContaining({ code: 'file_damaged' }));
      const index = new Index({ ...parts, cells, trusted: true });
      const call = {
        ...{ queries: vectors.out.subarray(0, 8 * (dims + 1)), k: 10, filter, scanRows: 0 },
        ...{ rows: new Uint32Array(80), scores: new Float32Array(80), counts: new Uint32Array(8) },
      };
      index.search(call);
      for (const row of call.rows) if (row !== noRow) expect([row < trained, row % 8]).toEqual([true, 0]);
    }
  });
});

describe('there are no cells', () => {
  const build = async (more: ShopOptions['parts']) => {
    const source = sourceOf(await shopSections({ ...shop, parts: { ...parts, ...more } }));
    return { source, manifest: readArtifactManifest(source, 'shop') };
  };

  it('of fewer products than there should be, and nothing is different', async () => {
    const { trained, cold = 0 } = plain.manifest.counts;
    const { manifest } = await build({ cellsFrom: trained - cold + 1 });
    expect(manifest.digests).toEqual(plain.manifest.digests);
    expect(Object.keys(plain.manifest.digests)).not.toContain('cells');
  });

  it('in lean artifacts', async () => {
    const { source, manifest } = await build({ codeBits: 0, cellsFrom: 1 });
    expect([source.has('cells'), source.has('int8')]).toEqual([false, false]);
    for (const name of ['id.bytes', 'vec.out'])
      expect(manifest.digests[name]).toBe(plain.manifest.digests[name]);
  });
});

describe('before a build', () => {
  it('it is said what the cells take', () => {
    const { products, trained: rows, cold = 0 } = celled.manifest.counts;
    const beside = { factors: 0, askedFloats: 0, similarLength: 0, cold };
    const plan = (cellsFrom: number) =>
      planOf(
        'shop',
        { products, rows, dims: 12 },
        { M: 8, efConstruction: 64, threads: 1, codeBits: 'auto', cellsFrom },
        beside,
      );
    const { disk, memory } = plan(300);
    const bytes = celled.file.u8('cells').length;
    expect(disk.cells).toBeGreaterThanOrEqual(bytes);
    expect(disk.cells).toBeLessThan(3 * bytes);
    const none = plan(rows);
    expect([none.disk.cells, none.disk.total]).toEqual([0, disk.total - disk.cells - disk.upper]);
    expect(none.memory).toBeLessThan(memory);
  });
});

describe('rows that are renumbered', () => {
  it('keep what has no vector and what was left out where it is', () => {
    const none = 0xffffffff;
    const order = {
      from: Uint32Array.of(0, 2, 5, 1, 4),
      to: Uint32Array.of(0, 3, 1, none, 4, 2),
      ...{ trained: 3, cold: 1 },
    };
    expect(renumberRows(order, Uint32Array.of(1, 0, 2))).toEqual({
      from: Uint32Array.of(2, 0, 5, 1, 4),
      to: Uint32Array.of(1, 3, 0, none, 4, 2),
      ...{ trained: 3, cold: 1 },
    });
  });

  it('are arranged in a worker as they are here, and errors are passed on', async () => {
    const built = fileURLToPath(new URL('../../dist/src/training/build/index-in-worker.js', import.meta.url));
    const { arrangeInWorker } = (await import(
      built
    )) as typeof import('../../src/training/build/index-in-worker.ts');
    const random = new Random(6);
    const vectors = Float32Array.from({ length: 900 * 8 }, () => random.normal());
    const call = { vectors, dims: 8, threads: 2, seed: 3 };
    const arranged = await arrangeInWorker(call);
    expect(arranged).toEqual(arrangeCells(call));
    expect([...arranged.order].sort((a, b) => a - b)).toEqual([...arranged.order.keys()]);
    vectors[17] = Number.NaN;
    await expect(arrangeInWorker(call)).rejects.toMatchObject({ code: 'vector_not_finite' });
  });
});
