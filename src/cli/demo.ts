// `sepet demo`: a seeded, believable shop to try everything on.

import type { Command } from 'commander';
import { limits } from '../base/limits.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';

interface Flags {
  products?: number;
  orders?: number;
  seed?: number;
  out: string;
  json?: true;
}

const examples = `
Examples:
  sepet demo                                       20,000 products, 200,000 orders into data/demo
  sepet demo --products 2000 --orders 40000 --out /tmp/small
  sepet demo --seed 7 --json                       another shop; the summary as JSON

What comes out: orders.csv, products.csv, images/*.svg, and truth.json with the complements that were planted.
`;

export function register(program: Command): void {
  program
    .command('demo')
    .description('Generate a demo shop: products, pictures and a year of orders')
    .option('--products <n>', helpFor('demoProducts'), bounded('demoProducts'))
    .option('--orders <n>', helpFor('demoOrders'), bounded('demoOrders'))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--out <folder>', 'Folder to write to', 'data/demo')
    .option('--json', 'Print the summary as one JSON object')
    .addHelpText('after', examples)
    .action(demo);
}

async function demo(flags: Flags): Promise<void> {
  const { generateDemo } = await import('../dataprep/demo/generate.ts');
  const { json, ...options } = flags;
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const started = performance.now();
  const progress = startProgress('Orders', 'days');
  const summary = await generateDemo({
    products: limits.demoProducts.default,
    orders: limits.demoOrders.default,
    seed: limits.seed.default,
    ...options,
    signal: stop.signal,
    onProgress: (done, total) => progress.update(done, total),
  }).finally(() => progress.stop());
  const seconds = Number(((performance.now() - started) / 1000).toFixed(2));
  if (json) {
    process.stdout.write(`${JSON.stringify({ ...summary, seconds })}\n`);
    return;
  }
  const number = (value: number): string => value.toLocaleString('en');
  process.stdout.write(
    `${[
      `Demo shop in ${summary.out} (seed ${summary.seed}, ${seconds} s)`,
      `  ${number(summary.products)} products in ${summary.categories} categories, ${summary.images} pictures`,
      `  ${number(summary.orders)} orders by ${number(summary.customers)} customers, ${summary.from} to ${summary.to}`,
      `  ${number(summary.lines)} order lines, ${number(summary.returnedLines)} of them returns`,
      `Next: sepet ingest --preset demo ${summary.out}/orders.csv --out ${summary.out}`,
    ].join('\n')}\n`,
  );
}
