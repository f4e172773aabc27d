// `sepet train fm`: learns a factorization machine from files of rows.

import { dirname, join } from 'node:path';
import { type Command, Option } from 'commander';
import { limits } from '../base/limits.ts';
import type { FmTrainOptions, FmTrainStart, FmTrainSummary } from '../training/fm/train.ts';
import { bounded, collected, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { count, textTable } from './text.ts';
import { type RegisterFlags, trackFmEnd, trackFmStart, withModelTracking } from './track-train.ts';
import { type Tracking, tracked } from './tracked.ts';

interface Flags extends RegisterFlags {
  readonly out?: string;
  readonly factors?: number;
  readonly loss?: 'logistic' | 'squared';
  readonly epochs?: number;
  readonly patience?: number;
  readonly learningRate?: number;
  readonly l2?: number;
  readonly seed?: number;
  readonly deterministic?: true;
  readonly features?: string;
  readonly negatives?: number;
  readonly alpha?: number;
  readonly validation?: readonly string[];
  readonly validationShare?: number;
  readonly threads?: number;
  readonly resume?: true;
  readonly checkpointEvery?: number;
  readonly json?: true;
}

const examples = `
Examples:
  sepet train fm clicks.svm                             the last tenth of the rows says when to stop
  sepet train fm clicks.svm.gz --validation later.svm --factors 32
  sepet train fm ratings.svm --loss squared --out ratings-fm.sepet
  sepet train fm clicks.svm --resume                    goes on after Ctrl-C or a crash
  sepet train fm clicks.csv.gz --features features.yaml --negatives 4
  sepet train fm data/shop --factors 64                 baskets, by products, categories and brands

Rows stand a line each, "label index:value …" (libSVM) or "label field:index:value …" (libFFM), in the order of time.
With --loss logistic a label above 0 is positive. With --features the file is a table (CSV, TSV, JSONL, Parquet) whose
columns become features as the spec says (docs/features.md). A data folder's baskets are learned from by the facts of their
products. A folder called fm is trained on as ./fm (sepet train ./fm).`;

export function register(train: Command): void {
  const command = train
    .command('fm')
    .description('Learn a factorization machine from libSVM or libFFM files, or from a table')
    .argument('<file...>', 'rows, plain or gzip; or a data folder after `sepet ingest`')
    .option(
      '--features <spec>',
      'A feature spec (YAML or JSON): the file is a table, and this says what of it enters',
    )
    .option(
      '--negatives <n>',
      `${limits.fmNegatives.about} (default ${limits.fmNegatives.default}, none with labels)`,
      bounded('fmNegatives'),
    )
    .option('--alpha <x>', helpFor('alpha'), bounded('alpha', false))
    .option('--out <file>', 'Where to write the model (default fm.sepet, in the folder where one is given)')
    .option('--factors <n>', helpFor('fmFactors'), bounded('fmFactors'))
    .addOption(
      new Option('--loss <kind>', 'What is minimised (default logistic)').choices(['logistic', 'squared']),
    )
    .option('--epochs <n>', helpFor('fmEpochs'), bounded('fmEpochs'))
    .option('--patience <n>', helpFor('patience'), bounded('patience'))
    .option('--learning-rate <x>', helpFor('fmLearningRate'), bounded('fmLearningRate', false))
    .option('--l2 <x>', helpFor('l2'), bounded('l2', false))
    .option('--validation <file>', 'Rows that say when to stop; may be repeated', collected)
    .option('--validation-share <x>', helpFor('testShare'), bounded('testShare', false))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--threads <n>', helpFor('trainThreads'), bounded('trainThreads'))
    .option('--deterministic', 'One thread, and the same bytes for the same data and parameters')
    .option('--resume', 'Go on from the checkpoint of an interrupted run; start anew where there is none')
    .option('--checkpoint-every <seconds>', helpFor('checkpointSeconds'), bounded('checkpointSeconds', false))
    .option('--json', 'Print the summary as one JSON object');
  withModelTracking(command).addHelpText('after', examples).action(run);
}

async function run(files: string[], flags: Flags): Promise<void> {
  const [{ trainFm }, { dataFolder }, { readSpec }] = await Promise.all([
    import('../training/fm/train.ts'),
    import('../training/fm/data.ts'),
    import('../features/spec.ts'),
  ]);
  const spec = flags.features === undefined ? undefined : readSpec(flags.features);
  const { factors, loss, epochs, patience, learningRate, l2, seed, deterministic, json } = flags;
  const { negatives, alpha } = flags;
  const folder = dataFolder(files);
  const { out = folder === undefined ? 'fm.sepet' : join(folder, 'fm.sepet') } = flags;
  const machine = { factorsEach: factors, loss, epochs, patience, learningRate, l2, seed, deterministic };
  const given = { ...machine, negatives, alpha };
  const parameters = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { validation, validationShare, threads, checkpointEvery } = flags;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = startProgress('Training', 'rows');
  const options = (tracking: Tracking): FmTrainOptions => ({
    parameters,
    ...(spec && { spec }),
    ...(validation && { validation }),
    ...(validationShare !== undefined && { validationShare }),
    ...(threads !== undefined && { threads }),
    ...(checkpointEvery !== undefined && { checkpointSeconds: checkpointEvery }),
    resume: flags.resume ?? false,
    signal: stop.signal,
    onStart: (start) => {
      process.stderr.write(`${describeStart(start)}\n${describeColumns(start)}`);
      trackFmStart(tracking, start);
    },
    onProgress: ({ rowsDone, rowsTotal, epoch, rowsPerSecond }) =>
      progress.update(rowsDone, rowsTotal, `epoch ${epoch} · ${speed(rowsPerSecond)}`),
  });
  const summary = await tracked(dirname(out), flags, async (tracking) => {
    const trained = await trainFm(files, out, options(tracking)).finally(() => progress.stop());
    trackFmEnd(tracking, trained, flags);
    return trained;
  });
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : describeEnd(summary));
}

const speed = (perSecond: number): string => `${(perSecond / 1e6).toFixed(2)} M rows/s`;

function describeStart({ parameters, resumedAtEpoch, ...start }: FmTrainStart): string {
  const { factorsEach, epochs, loss } = parameters;
  const going = resumedAtEpoch === undefined ? '' : `Going on after epoch ${resumedAtEpoch}. `;
  const threads = `${start.threads} ${start.threads === 1 ? 'thread' : 'threads'}`;
  return (
    `${going}${count(start.trainRows)} rows and ${count(start.validationRows)} for validation, ${count(start.features)} features; ` +
    `${factorsEach} factors, ${loss} loss, at most ${epochs} epochs, ${threads}, ${start.kernel}`
  );
}

const percent = (share: number | undefined): string =>
  share === undefined ? '' : `${(100 * share).toFixed(1)} %`;

/** What the columns of a table came to: a hash that collides or a dictionary that leaves much out is seen here. */
function describeColumns({ columns = [], items, parameters }: FmTrainStart): string {
  if (columns.length === 0) return '';
  const heads = ['group', 'column', 'kind', 'features', 'distinct', 'missing', 'other', 'collided'];
  const rows = columns.map(({ group, column, kind, features, distinct, missing, other, collided }) => [
    ...[group, column, kind, count(features), distinct === undefined ? '' : count(distinct)],
    ...[percent(missing), percent(other), percent(collided)],
  ]);
  const table = textTable(
    heads.map((head, i) => ({ head, right: i > 2 })),
    rows,
  );
  const { negatives, alpha } = parameters;
  const drawn = negatives === 0 ? '' : `; ${negatives} drawn as negatives for each positive, alpha ${alpha}`;
  return `${table}\n${count(items ?? 0)} items${drawn}\n`;
}

function describeEnd({ model, history, bestEpoch, seconds, parameters }: FmTrainSummary): string {
  const isLogistic = parameters.loss === 'logistic';
  const heads = ['epoch', 'train loss', 'validation loss', ...(isLogistic ? ['AUC'] : []), ''];
  const rows = history.map(({ trainLoss, validationLoss, validationAuc }, epoch) => [
    String(epoch + 1),
    trainLoss.toFixed(4),
    validationLoss.toFixed(4),
    ...(isLogistic ? [validationAuc?.toFixed(4) ?? '-'] : []),
    epoch === bestEpoch ? 'best, kept' : '',
  ]);
  const columns = heads.map((head, i) => ({ head, right: i < heads.length - 1 }));
  return `${textTable(columns, rows)}\nModel in ${model} (seed ${parameters.seed}, ${seconds.toFixed(1)} s)\n`;
}
