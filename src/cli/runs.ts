// `sepet runs`: what was trained, evaluated and searched in a data folder.

import { Argument, type Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import type { Run } from '../tracking/runs.ts';
import { counted, textTable } from './text.ts';
import { openTracker, runsFile } from './tracked.ts';

interface Flags {
  readonly all?: true;
  readonly kind?: string;
  readonly json?: true;
}

const examples = `
Examples:
  sepet runs data/or                         all runs, the latest last
  sepet runs data/or list --all              with every trial of every search
  sepet runs data/or list --kind train --json
  sepet runs data/or show 3f2a               parameters and figures of one run
  sepet runs data/or compare 3f2a 81bc       what differs, and the figures side by side
  sepet runs data/or sync                    sends to MLFLOW_TRACKING_URI what it does not have yet

sepet train, evaluate and tune record what they did in DIR/runs.jsonl and, where MLFLOW_TRACKING_URI is set, on that
MLflow server (docs/tuning.md).
`;

export function register(program: Command): void {
  program
    .command('runs')
    .description('List, show and compare the recorded runs of a data folder')
    .argument('<dir>', 'Data folder')
    .addArgument(
      new Argument('[action]', 'What to do').choices(['list', 'show', 'compare', 'sync']).default('list'),
    )
    .argument('[id...]', 'Ids of runs, or how they begin')
    .option('--all', 'With the trials of searches')
    .option('--kind <name>', 'Only runs of this kind: train, train fm, evaluate, tune model, trial')
    .option('--json', 'Print JSON')
    .addHelpText('after', examples)
    .action(run);
}

async function run(dir: string, action: string, ids: string[], flags: Flags): Promise<void> {
  const { readRuns } = await import('../tracking/local.ts');
  const { runs, skipped } = readRuns(runsFile(dir));
  if (skipped > 0)
    process.stderr.write(
      `${counted(skipped, 'line')} of ${runsFile(dir)} cannot be read and are left out.\n`,
    );
  if (action === 'sync') return sync(dir, flags);
  if (action === 'show') return show(runs, ids, flags);
  if (action === 'compare') return compare(runs, ids, flags);
  const listed = runs.filter(({ parent, kind }) =>
    flags.kind === undefined ? flags.all || parent === undefined : kind === flags.kind,
  );
  process.stdout.write(flags.json ? `${JSON.stringify(listed)}\n` : await listOf(listed, dir));
}

const shortId = ({ id }: Pick<Run, 'id'>): string => id.slice(0, 8);
const shortTime = (timeMs: number): string => new Date(timeMs).toISOString().slice(0, 16).replace('T', ' ');
const shortNumber = (value: number | undefined): string =>
  value === undefined ? '' : Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(5)));

/** The figures that say most of a run of each kind, the first ones that it has. */
const telling = [
  'blend.fbt.ndcgAt10',
  'word2vec.fbt.ndcgAt10',
  'best.fbt.ndcg',
  'fbt.ndcg',
  'ndcgAt10',
  'validationAuc',
  'loss',
];

async function listOf(runs: readonly Run[], dir: string): Promise<string> {
  if (runs.length === 0) return `No runs are recorded in ${dir}.\n`;
  const { lastMetrics } = await import('../tracking/runs.ts');
  const rows = runs.map((one) => {
    const figures = lastMetrics(one);
    const name = telling.find((key) => figures.has(key));
    const seconds = one.endedMs === undefined ? '' : ((one.endedMs - one.startedMs) / 1000).toFixed(1);
    return [
      ...[shortId(one), shortTime(one.startedMs), one.kind, one.name, one.status.toLowerCase(), seconds],
      name === undefined ? '' : `${name} ${shortNumber(figures.get(name))}`,
      one.sent === undefined ? '' : one.sent.uri,
    ];
  });
  const heads = ['id', 'began (UTC)', 'kind', 'name', 'status', 'seconds', 'figure', 'sent to'];
  return `${textTable(
    heads.map((head) => ({ head, right: head === 'seconds' })),
    rows,
  )}\n`;
}

async function show(runs: readonly Run[], ids: readonly string[], { json }: Flags): Promise<void> {
  const { findRun } = await import('../tracking/choose.ts');
  if (ids.length !== 1) throw new SepetError('option_invalid', 'show wants the id of one run.');
  const one = findRun(runs, String(ids[0]));
  if (json) return void process.stdout.write(`${JSON.stringify(one)}\n`);
  const keys = [...new Set(one.metrics.map(({ key }) => key))];
  const figures = keys.map((key) => {
    const steps = one.metrics.filter((metric) => metric.key === key).map(({ value }) => value);
    const last = shortNumber(steps.at(-1));
    return [key, last, steps.length === 1 ? '' : `${steps.length} steps, ${shortNumber(steps[0])} first`];
  });
  const params = Object.entries(one.params).map(([key, value]) => [key, value, '']);
  const plain = ['', '', ''].map((head) => ({ head }));
  const parts = [
    `${one.kind} "${one.name}" (${one.id})`,
    `  ${one.status.toLowerCase()}, began ${shortTime(one.startedMs)} UTC${one.error === undefined ? '' : `: ${one.error}`}`,
    ...(one.sent ? [`  run ${one.sent.runId} of ${one.sent.uri}`] : []),
    'Parameters',
    textTable(plain, params).replace(/^\s*\n/, ''),
    'Figures',
    textTable(plain, figures).replace(/^\s*\n/, ''),
    ...one.artifacts.map(({ name, file }) => `Artifact ${name}: ${file}`),
    ...one.registrations.map(({ model, aliases }) => `Version of ${model} ${aliases.join(', ')}`.trimEnd()),
  ];
  process.stdout.write(`${parts.filter((part) => part !== '').join('\n')}\n`);
}

async function compare(runs: readonly Run[], ids: readonly string[], { json }: Flags): Promise<void> {
  const { compareRuns, findRun } = await import('../tracking/choose.ts');
  if (ids.length < 2) throw new SepetError('option_invalid', 'compare wants the ids of two runs or more.');
  const chosen = ids.map((id) => findRun(runs, id));
  const found = compareRuns(chosen);
  if (json) return void process.stdout.write(`${JSON.stringify(found)}\n`);
  const isPair = chosen.length === 2;
  const heads = [
    '',
    ...chosen.map((one) => `${shortId(one)} ${one.kind}`),
    ...(isPair ? ['difference'] : []),
  ];
  const difference = ([a, b]: readonly (number | undefined)[]): string[] =>
    isPair ? [a === undefined || b === undefined ? '' : shortNumber(b - a)] : [];
  const rows = [
    ...found.params.map(({ name, values }) => [
      name,
      ...values.map((value) => value ?? '-'),
      ...(isPair ? [''] : []),
    ]),
    ...found.metrics.map(({ name, values }) => [name, ...values.map(shortNumber), ...difference(values)]),
  ];
  const table = textTable(
    heads.map((head, i) => ({ head, right: i > 0, width: 40 })),
    rows,
  );
  process.stdout.write(`${table}\n${counted(found.paramsEqual, 'parameter')} alike.\n`);
}

async function sync(dir: string, { json }: Flags): Promise<void> {
  if (!process.env.MLFLOW_TRACKING_URI)
    throw new SepetError('option_invalid', 'MLFLOW_TRACKING_URI is not set: there is no server to send to.');
  const outcome = await (await openTracker(dir)).sync();
  const { sent, left } = outcome;
  process.stdout.write(
    json
      ? `${JSON.stringify(outcome)}\n`
      : `${counted(sent, 'run')} sent, ${left === 0 ? 'none' : left} left.\n`,
  );
  if (left > 0) process.exitCode = 1;
}
