// npm run bench:policy -- [--json] [--rows 1000000] [--queries 200] [--data DIR]… [--seed 1]
//
// What policies cost: filtering and re-ranking 200 candidates by the example of docs/policy.md; ten of the few products that a
// filter of the request keeps of --rows, or a rule that depends on the query product; and, for each data folder with an
// artifact (--data), plain post-filtering against ours.

import { cpus } from 'node:os';
import { basename } from 'node:path';
import { benchFlags } from './flags.ts';
import { type DataFigures, measureData } from './policy-data.ts';
import { measureFilter } from './policy-filter.ts';
import { measureDependent, measureSelective } from './policy-selective.ts';
import { benchArtifact } from './policy-shop.ts';

const { json, numbers, texts } = benchFlags(
  'npm run bench:policy -- [--json] [--rows 1000000] [--products 20000] [--queries 200] [--data DIR]… [--seed 1]',
  { rows: 1_000_000, products: 20_000, queries: 200, seed: 1 },
  'data',
);
const { rows, products, queries, seed } = numbers;
const dims = 64;

const say = (line: string): void => {
  (json ? process.stderr : process.stdout).write(`${line}\n`);
};
const percent = (share: number): string => `${+(100 * share).toPrecision(3)} %`;

function dataTable(name: string, all: readonly DataFigures[]): void {
  say(`\n${name}: plain post-filtering of 200 candidates → ours`);
  say('| kept | products | queries | fill rate | NDCG@10 | ms p50 | ms p99 |');
  say('|---|---|---|---|---|---|---|');
  for (const { selectivity, eligible, queries: asked, plain, ours } of all) {
    const both = (of: (one: typeof plain) => number, places: number): string =>
      `${of(plain).toFixed(places)} → ${of(ours).toFixed(places)}`;
    const cells = [
      percent(selectivity),
      eligible,
      asked,
      both(({ fillRate }) => fillRate, 3),
      both(({ ndcgAt10 }) => ndcgAt10, 4),
      both(({ msP50 }) => msP50, 3),
      both(({ msP99 }) => msP99, 3),
    ];
    say(`| ${cells.join(' | ')} |`);
  }
}

const filter = measureFilter(
  benchArtifact({ products, dims, seed, graph: { M: 16, efConstruction: 100 } }),
  queries,
);
say(
  `Filtering and re-ranking 200 candidates of ${products.toLocaleString('en')} products (${cpus()[0]?.model.trim()}):`,
);
say(`  ${filter.filterMicrosP50.toFixed(1)} µs p50, ${filter.filterMicrosP99.toFixed(1)} µs p99`);
say(
  `  ${filter.passed.toFixed(1)} pass on the average; ${filter.bytesPerCandidate} bytes of heap a further candidate`,
);

// So few eligible products are scanned whatever the graph, which is built in a hurry.
const large = benchArtifact({ products: rows, dims, seed, graph: { M: 4, efConstruction: 16 } });
const selective = measureSelective(large, queries);
say(`\nTen of what a filter keeps of ${rows.toLocaleString('en')} products, whole requests:`);
for (const { selectivity, recallAt10, msP50, msP99, bitsMsP50 } of selective)
  say(
    `  ${percent(selectivity)}: recall ${recallAt10.toFixed(4)}, ${msP50.toFixed(3)} ms p50, ${msP99.toFixed(3)} ms p99; as bits ${bitsMsP50.toFixed(3)} ms p50`,
  );

const queryDependent = measureDependent(large, queries);
say('By rules that depend on the query product:');
for (const { rule, selectivity, recallAt10, msP50, msP99 } of queryDependent)
  say(
    `  ${rule} (${percent(selectivity)}): recall ${recallAt10.toFixed(4)}, ${msP50.toFixed(3)} ms p50, ${msP99.toFixed(3)} ms p99`,
  );

const data: Record<string, DataFigures[]> = {};
for (const dir of texts) {
  const figures = await measureData(dir, { queries: 4 * queries, seed });
  data[basename(dir)] = figures;
  dataTable(basename(dir), figures);
}

if (json)
  process.stdout.write(
    `${JSON.stringify({ rows, products, dims, queries, seed, ...filter, selective, queryDependent, data })}\n`,
  );
