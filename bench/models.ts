// npm run bench:models -- [--json] [--seed 1]
//
// Models on public data: the factorization machine on Frappe, one thread, k 16, one item drawn uniformly beside each
// positive row.

import { cpus } from 'node:os';
import { benchFlags } from './flags.ts';
import { readFrappe } from './frappe.ts';
import { measureFm } from './models-fm.ts';

const { json, numbers } = benchFlags('npm run bench:models -- [--json] [--seed 1]', { seed: 1 });

const frappe = readFrappe();
if (frappe === undefined) {
  process.stderr.write('Frappe is not beside this checkout (../shared/data/frappe): nothing is measured.\n');
  process.exit(0);
}
const figures = measureFm(frappe, numbers.seed);
if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
else {
  const millions = (value: number): string => `${(value / 1e6).toFixed(1)} M`;
  process.stdout.write(
    `${[
      `Factorization machine on Frappe (${frappe.train.item.length.toLocaleString('en')} rows, ${cpus()[0]?.model.trim()}, one thread):`,
      `  ${millions(figures.fmExamplesPerSecond)} examples a second in the fastest of ${figures.passes} passes`,
      `  AUC ${figures.fmAuc.toFixed(4)} on the held-out rows against as many drawn ones`,
      `  ${millions(figures.fmScoresPerSecond)} item scores a second where the context is shared`,
    ].join('\n')}\n`,
  );
}
