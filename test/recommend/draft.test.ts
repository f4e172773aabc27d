// Answers written straight as bytes against the plain encoder of the presented answer.

import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { makeOverlay } from '../../src/catalog/overlay.ts';
import type { PolicyDocument } from '../../src/policy/document.ts';
import { type Artifact, openArtifact } from '../../src/recommend/artifact.ts';
import { encodeAnswer } from '../../src/recommend/encode.ts';
import { JsonBytes } from '../../src/recommend/json-bytes.ts';
import { createRecommender, type RecommenderOptions } from '../../src/recommend/open.ts';
import { isFailure } from '../../src/recommend/recommender.ts';
import { fieldNames, type RecommendRequest } from '../../src/recommend/request.ts';
import { asking, policyOf } from './arbitraries.ts';
import { enriched } from './rich.ts';
import { temporaryFolder, writeShop } from './shop.ts';

const products = 150;
const seed = 20_260_611;
const folder = temporaryFolder();
afterAll(folder.remove);

/** Ids of every kind that JSON writes in its own way. */
const endings = ['', '"', '\\', 'ş☕', '\n', '\u007f', '\u2028', ' '];
const ids = Array.from({ length: products }, (_, row) => `P${row}${row % 3 === 0 ? endings[row % 8] : ''}`);
const coming = ['N1', 'Ürün "2"'];
const worlds: [Artifact, RecommenderOptions][] = [];

beforeAll(async () => {
  const file = folder.path('odd.sepet');
  await writeShop(file, {
    seed,
    products,
    fold: (inputs) => ({ ...inputs, products: { ...inputs.products, ids } }),
  });
  const artifact = openArtifact(file);
  const changes = new Map(
    coming.map((id) => [id, { id, title: `Ürün ${id}`, category: 'Home/Lamps', brand: 'Yeni', price: 990 }]),
  );
  worlds.push([artifact, {}], [enriched(artifact), {}]);
  worlds.push([artifact, { overlay: makeOverlay(artifact.catalog, changes, 3).overlay }]);
});

const { policies, request } = asking([...ids, ...coming]);
const odd = fc.record(
  {
    fields: fc.subarray([...fieldNames], { minLength: 1 }),
    explain: fc.constant(true as const),
    fallback: fc.constant(true as const),
    limit: fc.integer({ min: 1, max: 100 }),
    product: fc.constantFrom('gone', '\ud800', 'a"\\ş'),
    experiment: fc.constantFrom('x:y', 'ş"'),
  },
  { requiredKeys: [] },
);
const world = fc.nat(2);

/** The bytes of one answer, written and by the plain encoder; both undefined where there is none. */
function bothWays(at: number, policy: PolicyDocument, asked: RecommendRequest, encoding: 'json' | 'msgpack') {
  const [artifact, options] = worlds[at] as [Artifact, RecommenderOptions];
  const recommender = createRecommender(artifact, policy, options);
  const [answer] = recommender.recommend([asked]);
  const [draft] = recommender.draft([asked]);
  if (answer === undefined || draft === undefined) throw new Error('There is no answer.');
  if (isFailure(answer) || isFailure(draft)) return [draft, answer];
  const out = new JsonBytes();
  out.text('other bytes');
  recommender.write(draft, encoding, out);
  return [out.view(11, out.length), encodeAnswer(answer, encoding)].map((bytes) =>
    Buffer.from(bytes).toString('latin1'),
  );
}

it(`writes the bytes of the plain encoder (seed ${seed})`, () => {
  let items = 0;
  fc.assert(
    fc.property(world, policies, request, odd, fc.boolean(), (at, policy, asked, more, packs) => {
      const [written, plain] = bothWays(at, policy, { ...asked, ...more }, packs ? 'msgpack' : 'json');
      expect(written).toEqual(plain);
      if (typeof plain === 'string') items += plain.split('"score":').length - 1;
    }),
    { seed, numRuns: 1500 },
  );
  expect(items).toBeGreaterThan(5000);
});

it('asks the table of ids where their places are damaged', () => {
  const [artifact] = worlds[0] as [Artifact, RecommenderOptions];
  const { catalog } = artifact;
  const { strings } = catalog.ids;
  const damaged = [(at: number) => 0xffff_ffff - at, (at: number) => (at % 2) * 60_000, () => 0xffff_fff0];
  for (const place of damaged) {
    const offsets = strings.offsets.map((_, at) => place(at));
    const bent = {
      ...artifact,
      catalog: { ...catalog, ids: { ...catalog.ids, strings: { ...strings, offsets } } },
    };
    worlds.push([bent, {}]);
    const [written, plain] = bothWays(worlds.length - 1, policyOf({}), { product: ids[1] as string }, 'json');
    expect(written).toBe(plain);
    expect(plain).toContain('"source"');
  }
});

it('writes the ids of products that a delta brought, and accounts by rules that are called like numbers', () => {
  const filters = ['9', '2', 'b', '10'].map((name, i) => ({
    name,
    drop: { ids: ids.slice(4 * i + 10, 4 * i + 14) },
  }));
  const policy = policyOf({ filters, limit: 100, fallback: ['popular'] });
  const [written, plain] = bothWays(2, policy, { product: 'N1', include: coming }, 'json');
  expect(written).toBe(plain);
  expect(
    JSON.parse(Buffer.from(written as string, 'latin1').toString()).items.map(({ id }: { id: string }) => id),
  ).toContain('Ürün "2"');
  expect(Object.keys(JSON.parse(plain as string).filled.filteredBy)).toEqual(['2', '9', '10', 'b']);
});
