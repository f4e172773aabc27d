// npm run bench:models -- [--json] [--seed 1]
//
// Models on public data: the factorization machine on Frappe, one thread, k 16, one item drawn uniformly beside each
// positive row; the blend of sources on Online Retail; products held out as new, and separation by
// context, on Complete Journey. What is not beside the checkout is left out, with a word.

import { cpus } from 'node:os';
import { benchFlags } from './flags.ts';
import { readFrappe } from './frappe.ts';
import { describeBlend, measureBlend } from './models-blend.ts';
import { type FmFigures, measureFm } from './models-fm.ts';
import { describeJourney, measureJourney } from './models-journey.ts';

const { json, numbers } = benchFlags('npm run bench:models -- [--json] [--seed 1]', { seed: 1 });

/** All figures together, and each part as text. */
const figures: Record<string, unknown> = {};
const texts: string[] = [];

function take<F extends object>(found: F | undefined, missing: string, describe: (found: F) => string): void {
  if (found === undefined) {
    process.stderr.write(`${missing} is not beside this checkout: it is not measured.\n`);
    return;
  }
  Object.assign(figures, found);
  texts.push(describe(found));
}

const frappe = readFrappe();
take(frappe && measureFm(frappe, numbers.seed), 'Frappe (../shared/data/frappe)', describeFm);
take(await measureBlend(numbers.seed), 'Online Retail (../shared/data/online-retail)', describeBlend);
take(
  await measureJourney(numbers.seed),
  'Complete Journey (../shared/data/complete-journey)',
  describeJourney,
);
if (json) process.stdout.write(`${JSON.stringify(figures)}\n`);
else process.stdout.write(`${texts.join('\n')}\n`);

function describeFm(fm: FmFigures): string {
  const millions = (value: number): string => `${(value / 1e6).toFixed(1)} M`;
  return [
    `Factorization machine on Frappe (${frappe?.train.item.length.toLocaleString('en')} rows, ${cpus()[0]?.model.trim()}, one thread):`,
    `  ${millions(fm.fmExamplesPerSecond)} examples a second in the fastest of ${fm.passes} passes`,
    `  AUC ${fm.fmAuc.toFixed(4)} on the held-out rows against as many drawn ones`,
    `  ${millions(fm.fmScoresPerSecond)} item scores a second where the context is shared`,
  ].join('\n');
}
