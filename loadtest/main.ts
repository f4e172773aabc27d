// `npm run loadtest`: a server, a sample of answers checked, then the load. Exit code 1 where an answer is wrong.

import { type CheckReport, checkAnswers } from './check.ts';
import { drive } from './drive.ts';
import { type LoadOptions, readOptions } from './options.ts';
import { drawZipf, seeded } from './products.ts';
import { makeReport, printReport, type Report } from './report.ts';
import { askTarget, LoadError, openTarget } from './server.ts';

/** Drawn once and walked round: long enough that a connection hardly sees its list twice. */
const drawn = 40_000;
const shownDifferences = 5;

const tell = (text: string): void => void process.stderr.write(`${text}\n`);

async function check(url: string, products: readonly string[], options: LoadOptions): Promise<CheckReport> {
  if (options.check === 0) return { compared: 0, differences: [] };
  tell(`Checking ${options.check} products against \`sepet query\` …`);
  // Evenly drawn: the rare products are where answers are most likely to differ.
  const random = seeded(options.seed);
  const sample = Array.from(
    { length: options.check },
    () => products[Math.floor(random() * products.length)],
  );
  const report = await checkAnswers(url, [...new Set(sample)].map(String), options);
  const { differences, compared } = report;
  if (differences.length === 0) return report;
  for (const difference of differences.slice(0, shownDifferences)) tell(difference);
  throw new LoadError(`${differences.length} of ${compared} answers differ from \`sepet query\`'s.`);
}

async function measure(url: string, options: LoadOptions): Promise<Report> {
  const { connections, durationSeconds, warmupSeconds, rate, seed, skew } = options;
  const { served, products } = await askTarget(url);
  const checked = await check(url, products, options);
  const asked = drawZipf(products, { count: drawn, skew, seed });
  const load = { url, products: asked, connections, rate };
  tell(`Warming up for ${warmupSeconds} s, then measuring for ${durationSeconds} s …`);
  await drive({ ...load, seconds: warmupSeconds });
  const result = await drive({ ...load, seconds: durationSeconds });
  return makeReport({ url, served, result, check: checked, options });
}

try {
  const options = readOptions(process.argv.slice(2));
  const target = await openTarget(options);
  try {
    const report = await measure(target.url, options);
    process.stdout.write(`${options.json ? JSON.stringify(report) : printReport(report)}\n`);
    if (report.errors > 0 || report.non2xx > 0) process.exitCode = 1;
  } finally {
    await target.stop();
  }
} catch (error) {
  if (!(error instanceof LoadError)) throw error;
  tell(`loadtest: ${error.message}`);
  process.exitCode = 1;
}
