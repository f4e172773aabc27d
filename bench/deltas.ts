// npm run bench:deltas -- [--json] [--rows 1000000] [--changes 1000] [--added 100] [--repeats 20] [--seed 1]
//
// What deltas cost a server of --rows products: making the overlay (once, in a thread beside), laying it over (in each
// thread), and the first request that needs what the columns that changed are inverted into.

import { cpus } from 'node:os';
import { Random } from '../src/base/random.ts';
import { sourceOf } from '../src/base/sections.ts';
import { decodeChanges, encodeChanges, type ProductChange } from '../src/catalog/changes.ts';
import { makeOverlay, type Overlay, overlaid, overlayBytes } from '../src/catalog/overlay.ts';
import { checkPolicy } from '../src/policy/parse.ts';
import type { Artifact } from '../src/recommend/artifact.ts';
import { createRecommender } from '../src/recommend/open.ts';
import { isFailure } from '../src/recommend/recommender.ts';
import { benchFlags } from './flags.ts';
import { benchArtifact, quantile } from './policy-shop.ts';

const { json, numbers } = benchFlags(
  'npm run bench:deltas -- [--json] [--rows 1000000] [--changes 1000] [--added 100] [--repeats 20] [--seed 1]',
  { rows: 1_000_000, changes: 1000, added: 100, repeats: 20, seed: 1 },
);
const { rows, changes, added, repeats, seed } = numbers;

type Kind = (id: string, random: Random) => ProductChange;
const priced: Kind = (id, random) => ({ id, price: 500 + random.below(50_000), stock: random.chance(0.5) });
const removed: Kind = (id) => ({ id, removed: true });
const fresh: Kind = (id) => ({
  id,
  title: `Product ${id}`,
  price: 999,
  category: 'Home/1',
  brand: 'A',
  stock: true,
});

function changesOf(parts: readonly (readonly [Kind, number])[]): ProductChange[] {
  const random = new Random(seed);
  const taken = new Map<string, ProductChange>();
  for (const [kind, wanted] of parts)
    for (let made = 0; made < wanted; ) {
      const id = kind === fresh ? `N${made}` : `P${random.below(rows)}`;
      if (taken.has(id)) continue;
      taken.set(id, kind(id, random));
      made++;
    }
  return [...taken.values()];
}

/** The median of some runs, in milliseconds. */
function median(work: () => unknown): number {
  const times = Array.from({ length: repeats }, () => {
    const startedMs = performance.now();
    work();
    return performance.now() - startedMs;
  });
  return Number(quantile(times, 0.5).toFixed(3));
}

const policy = checkPolicy({
  name: 'bench',
  filters: [
    { name: 'stock', keep: { inStock: true } },
    { name: 'price', keep: { priceRatio: { min: 0.5, max: 2 } } },
  ],
});

function firstRequestMs(artifact: Artifact, overlay: Overlay | undefined): number {
  const narrow = { product: 'P7', limit: 10, filters: { brand: ['rare-10000'] } };
  return median(() => {
    // A thread gets arrays of its own over the same memory.
    const own = overlay && structuredClone(overlay);
    const [answer] = createRecommender(artifact, policy, own && { overlay: own }).recommend([narrow]);
    if (answer === undefined || isFailure(answer)) throw new Error(JSON.stringify(answer));
  });
}

const artifact = benchArtifact({ products: rows, dims: 8, seed });
const { catalog } = artifact;
const cases: [string, ProductChange[]][] = [
  [`${changes} prices and stocks`, changesOf([[priced, changes]])],
  [`${changes} removed`, changesOf([[removed, changes]])],
  [
    `${changes} prices and stocks, ${added} added`,
    changesOf([
      [priced, changes],
      [fresh, added],
    ]),
  ],
];
const figures = cases.map(([what, list]) => {
  const byId = new Map(list.map((change) => [change.id, change]));
  const sections = encodeChanges(list, { at: new Date(0).toISOString(), by: 'bench', currency: null });
  const { overlay, report } = makeOverlay(catalog, byId, 1);
  if (report.ignored > 0 || report.changed + report.removed + report.added < 0.99 * list.length)
    throw new Error(JSON.stringify(report));
  return {
    what,
    deltaBytes: sections.reduce((sum, { data }) => sum + data.byteLength, 0),
    decodeMs: median(() => decodeChanges(sourceOf(sections))),
    makeMs: median(() => makeOverlay(catalog, byId, 1)),
    overlayBytes: overlayBytes(overlay),
    layMs: median(() => overlaid(catalog, overlay)),
    firstRequestMs: firstRequestMs(artifact, overlay),
  };
});
const without = firstRequestMs(artifact, undefined);

if (json) process.stdout.write(`${JSON.stringify({ rows, seed, without, figures })}\n`);
else {
  const lines = [
    `Deltas over ${rows.toLocaleString('en')} products (${cpus()[0]?.model.trim()}), medians of ${repeats}:`,
    '| changes | delta | decoding | overlay | making it | laying it over | opening, first request |',
    '|---|---|---|---|---|---|---|',
    ...figures.map(
      ({ what, deltaBytes, decodeMs, makeMs, overlayBytes: bytes, layMs, firstRequestMs: first }) => {
        const cells = [
          what,
          `${(deltaBytes / 1e3).toFixed(1)} KB`,
          `${decodeMs} ms`,
          `${(bytes / 1e6).toFixed(1)} MB`,
        ];
        return `| ${[...cells, `${makeMs} ms`, `${layMs} ms`, `${first} ms (without ${without} ms)`].join(' | ')} |`;
      },
    ),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}
