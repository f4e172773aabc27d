// npm run bench:serve -- [--json] [--quick] [--parts LIST] [--cache DIR] [--help]
//
// The server under load: requests a second against the ways it could have been made and against the obvious server, latency at
// a constant rate, overload, memory. bench/serve/options.ts lists the options.

import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { packageFolder, root } from './ann/programs.ts';
import { Drivers } from './serve/drivers.ts';
import { type Field, openField } from './serve/field.ts';
import { measureMemory, measureOverload, measureRate, measureThroughput } from './serve/measure.ts';
import { readOptions, type ServeBenchOptions, usage } from './serve/options.ts';
import { type Result, reportLines } from './serve/report.ts';
import { ensureShop } from './serve/shop.ts';

type Say = (line: string) => void;

function versionOf(name: string): string {
  const folder = packageFolder(name);
  if (folder === undefined) return 'missing';
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

function versions({ wrk }: Drivers): Record<string, string> {
  const git = spawnSync('git', ['describe', '--always', '--dirty'], { cwd: root, encoding: 'utf8' });
  return {
    node: process.version,
    revision: git.stdout?.trim() || 'unknown',
    'uWebSockets.js': versionOf('uWebSockets.js'),
    'hnswlib-node': versionOf('hnswlib-node'),
    wrk: wrk ?? 'missing',
  };
}

async function measure(field: Field, say: Say): Promise<Result> {
  const { options, drivers, checked, missing, shop } = field;
  const { products, dims, seed, M, efConstruction, width, rounds, seconds, connections, rate } = options;
  const wants = (part: ServeBenchOptions['parts'][number]): boolean => options.parts.includes(part);
  const hasWrk = drivers.wrk !== undefined;
  const hasRate = drivers.rateMissing === undefined;
  const isFast = wants('throughput') || wants('plain') || wants('cache');
  say(`recall@10 ${checked.recallAt10}; asking ...`);
  const throughput = hasWrk && isFast ? await measureThroughput(field) : { speeds: {}, ratios: {} };
  const atRate = hasRate && wants('rate') ? await measureRate(field) : undefined;
  const overload = hasRate && hasWrk && wants('overload') ? await measureOverload(field) : undefined;
  const memory = hasWrk && wants('memory') ? await measureMemory(field) : undefined;
  const p50Ms = atRate?.default?.p50Ms.median;
  const p99Ms = atRate?.default?.p99Ms.median;
  return {
    data: { products, dims, seed, M, efConstruction, width, artifactBytes: shop.bytes },
    ...{ load: { rounds, seconds, connections, rate }, seed, quick: options.quick },
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores, driver on the same`,
    versions: versions(drivers),
    missing,
    recallAt10: checked.recallAt10,
    ...throughput,
    ...(p50Ms !== undefined && { p50Ms }),
    ...(p99Ms !== undefined && { p99Ms }),
    ...(memory && {
      memoryBytes: memory.memoryBytes,
      memoryBound: memory.memoryBound,
      memoryGrowthBytes: memory.memoryGrowthBytes,
    }),
    checks: checked,
    ...(atRate && { atRate }),
    ...(overload && { overload }),
    ...(memory && { memory }),
  };
}

async function run(options: ServeBenchOptions, say: Say): Promise<void> {
  const shop = await ensureShop(options.cache, options, say);
  const field = await openField(options, shop, new Drivers(join(options.cache, 'build')), say);
  try {
    const result = await measure(field, say);
    for (const line of reportLines(result)) say(line);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    await field.stop();
  }
}

try {
  const options = readOptions(process.argv.slice(2));
  if (options === undefined) process.stdout.write(`${usage}\n`);
  else await run(options, (line) => (options.json ? process.stderr : process.stdout).write(`${line}\n`));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
