// `sepet train fm`: learns a factorization machine from files of rows.

import { type Command, Option } from 'commander';
import type { FmTrainOptions, FmTrainStart, FmTrainSummary } from '../training/fm/train.ts';
import { bounded, collected, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { count, textTable } from './text.ts';

interface Flags {
  readonly out: string;
  readonly factors?: number;
  readonly loss?: 'logistic' | 'squared';
  readonly epochs?: number;
  readonly patience?: number;
  readonly learningRate?: number;
  readonly l2?: number;
  readonly seed?: number;
  readonly deterministic?: true;
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

Rows stand a line each, "label index:value …" (libSVM) or "label field:index:value …" (libFFM), in the order of time.
With --loss logistic a label above 0 is positive. A folder called fm is trained on as ./fm (sepet train ./fm).`;

export function register(train: Command): void {
  train
    .command('fm')
    .description('Learn a factorization machine from libSVM or libFFM files')
    .argument('<file...>', 'rows, plain or gzip')
    .option('--out <file>', 'Where to write the model', 'fm.sepet')
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
    .option('--json', 'Print the summary as one JSON object')
    .addHelpText('after', examples)
    .action(run);
}

async function run(files: string[], flags: Flags): Promise<void> {
  const { trainFm } = await import('../training/fm/train.ts');
  const { out, factors, loss, epochs, patience, learningRate, l2, seed, deterministic, json } = flags;
  const given = { factorsEach: factors, loss, epochs, patience, learningRate, l2, seed, deterministic };
  const parameters = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const { validation, validationShare, threads, checkpointEvery } = flags;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = startProgress('Training', 'rows');
  const options: FmTrainOptions = {
    parameters,
    ...(validation && { validation }),
    ...(validationShare !== undefined && { validationShare }),
    ...(threads !== undefined && { threads }),
    ...(checkpointEvery !== undefined && { checkpointSeconds: checkpointEvery }),
    resume: flags.resume ?? false,
    signal: stop.signal,
    onStart: (start) => process.stderr.write(`${describeStart(start)}\n`),
    onProgress: ({ rowsDone, rowsTotal, epoch, rowsPerSecond }) =>
      progress.update(rowsDone, rowsTotal, `epoch ${epoch} · ${speed(rowsPerSecond)}`),
  };
  const summary = await trainFm(files, out, options).finally(() => progress.stop());
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
