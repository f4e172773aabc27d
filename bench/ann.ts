// npm run bench:ann -- [--json] [--rows N] [--dims D] [--threads T] [--seed S] [--cache DIR] [--only LIST] [--help]
//
// Nearest neighbours by inner product, ours against the public graph indexes: the same seeded vectors, M, efConstruction and
// one thread of search for all, every library in a process of its own, all of them in turns, recall computed here from the
// rows they hand over. Sets and indexes are made where the cache lacks them (1 M vectors: half an hour), then kept.

import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { type Built, ensureBuilt } from './ann/builds.ts';
import { type Clock, Contestant } from './ann/contestant.ts';
import { type FilteredRow, measureFiltered } from './ann/filtered.ts';
import {
  type Field,
  type Library,
  listLibraries,
  type Missing,
  planIndex,
  programsFor,
} from './ann/libraries.ts';
import { type AnnOptions, readOptions, usage } from './ann/options.ts';
import { plot } from './ann/plot.ts';
import { buildPrograms } from './ann/programs.ts';
import { summarise } from './ann/report.ts';
import { prepareFilters, prepareSet } from './ann/set.ts';
import { type Curve, sweep } from './ann/sweep.ts';
import { buildLine, curveLines, figure, filteredLine } from './ann/tables.ts';

type Say = (line: string) => void;
type Running = Map<string, Contestant>;

function versions(): Record<string, string> {
  const answer = (command: string, args: string[]): string =>
    spawnSync(command, args, { encoding: 'utf8' }).stdout?.trim() ?? '';
  const debian = (name: string): string => answer('dpkg-query', ['-W', '-f', `\${Version}`, name]);
  return {
    machine: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${cpus().length} cores`,
    node: process.version,
    revision: answer('git', ['describe', '--always', '--dirty']) || 'unknown',
    hnswlib: debian('libhnswlib-dev') || 'unknown',
    faiss: debian('libfaiss-dev') || 'unknown',
  };
}

/** Every index that is needed, ours by several threads too where builds are measured. */
function buildAll({ options, ...rest }: Field, libraries: readonly Library[], say: Say): Map<string, Built> {
  const plans = libraries.map(({ plan }) => plan);
  const parallel = planIndex({ options, ...rest }, 'sepet', options.threads);
  if (options.parts.includes('builds') && parallel && libraries.some(({ index }) => index === 'sepet'))
    plans.push(parallel);
  const builds = new Map<string, Built>();
  for (const plan of plans) if (!builds.has(plan.file)) builds.set(plan.file, ensureBuilt(plan, say));
  return builds;
}

async function startAll(libraries: readonly Library[], clock: Clock, say: Say): Promise<Running> {
  const running: Running = new Map();
  for (const { id, serve, about } of libraries) {
    const contestant = await Contestant.start(serve, clock);
    running.set(id, contestant);
    const { residentBytes, hugePageBytes } = contestant.facts;
    const mega = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
    say(`${id} (${about}): ${mega(residentBytes)} resident, ${mega(hugePageBytes)} of it in 2 MB pages`);
  }
  return running;
}

async function measureCurves(field: Field, libraries: readonly Library[], running: Running, say: Say) {
  const entrants = libraries
    .filter(({ curve }) => curve !== false)
    .flatMap(({ id, batches }) =>
      batches.map((batch) => ({ id, batch, contestant: running.get(id) as Contestant })),
    );
  const curves = await sweep(entrants, field.set, field.options.rounds, say);
  for (const line of curveLines(curves)) say(line);
  return curves;
}

function measureFilters(
  { programs, set, options }: Field,
  running: Running,
  say: Say,
): Promise<FilteredRow[]> {
  const filters = prepareFilters(programs, set, options);
  const [ours, peer] = [running.get('sepet'), running.get('hnswlib-filters')];
  return measureFiltered(ours, peer, set, filters, options.rounds, (row) => say(filteredLine(row)));
}

function write(
  options: AnnOptions,
  curves: readonly Curve[],
  result: Record<string, unknown>,
  say: Say,
): void {
  mkdirSync(options.out, { recursive: true });
  const name = join(options.out, `ann-${options.rows}x${options.dims}`);
  writeFileSync(`${name}.json`, `${JSON.stringify(result, null, 1)}\n`);
  const { rows, dims, M, efConstruction, seed, clock } = options;
  if (curves.length > 0)
    writeFileSync(
      `${name}.svg`,
      plot(
        curves,
        `${rows.toLocaleString('en')} vectors of ${dims}, 10 nearest by inner product`,
        `M ${M}, efConstruction ${efConstruction}, one thread, seed ${seed}${clock === 'cpu' ? ', CPU time' : ''}; ${result.machine}, revision ${result.revision}`,
      ),
    );
  say(`wrote ${name}.json${curves.length > 0 ? ' and .svg' : ''}`);
}

async function run(options: AnnOptions, say: Say): Promise<void> {
  mkdirSync(options.cache, { recursive: true });
  const machine = versions();
  say(
    `${options.rows} x ${options.dims}, seed ${options.seed} · ${machine.machine}, revision ${machine.revision}`,
  );
  const programs = buildPrograms(join(options.cache, 'build'), programsFor(options));
  const field: Field = { programs, set: prepareSet(programs, options), options };
  const entries = listLibraries(field);
  const missing = entries.filter((entry): entry is Missing => 'missing' in entry && !('plan' in entry));
  for (const { id, missing: reason } of missing) say(`${id}: missing, ${reason}`);
  const libraries = entries
    .filter((entry): entry is Library => 'plan' in entry)
    .filter(({ curve }) => curve !== false || options.parts.includes('filtered'));
  const builds = [...buildAll(field, libraries, say).values()];
  for (const built of builds) say(buildLine(built));
  const running = await startAll(libraries, options.clock, say);
  try {
    const { parts } = options;
    const curves = parts.includes('curves') ? await measureCurves(field, libraries, running, say) : [];
    const filtered = parts.includes('filtered') ? await measureFilters(field, running, say) : [];
    const result = summarise({ options, libraries, missing, builds, running, curves, filtered, machine });
    for (const [name, value] of Object.entries(result))
      if (/^(ratio|bytes|js)/.test(name) && typeof value === 'number') say(`${name} ${figure(value)}`);
    write(options, curves, result, say);
    if (options.json) process.stdout.write(`${JSON.stringify(result)}\n`);
  } finally {
    for (const contestant of running.values()) contestant.stop();
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
