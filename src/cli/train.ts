// `sepet train`: learns product vectors from a data folder's baskets.

import { type Command, Option } from 'commander';
import type { TrainParameters } from '../training/train/parameters.ts';
import type { TrainProgress, TrainStart, TrainSummary } from '../training/train/train.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { type RegisterFlags, trackTrainEnd, trackTrainStart, withModelTracking } from './track-train.ts';
import { tracked } from './tracked.ts';
import { register as registerFm } from './train-fm.ts';

interface Flags extends Partial<TrainParameters>, RegisterFlags {
  threads?: number;
  resume?: true;
  checkpointEvery?: number;
  json?: true;
}

const examples = `
Examples:
  sepet train data/or                        the recommended recipe, on all cores
  sepet train data/or --deterministic        the same bits each time, on one core
  sepet train data/or --dims 128 --epochs 30
  sepet train data/or --resume               goes on after Ctrl-C or a crash, with the parameters it began with
  sepet train data/or --json | jq .tokensPerSecond

Ctrl-C saves a checkpoint and ends; twice ends at once. What comes out: DIR/model.sepet (docs/training.md).
`;

export function register(program: Command): void {
  const command = program
    .command('train')
    .enablePositionalOptions()
    .description('Learn product vectors (word2vec) from the baskets that sepet ingest made')
    .argument('<dir>', 'Data folder')
    .option('--dims <n>', helpFor('dims'), bounded('dims'))
    .option('--epochs <n>', helpFor('epochs'), bounded('epochs'))
    .option('--learning-rate <x>', helpFor('learningRate'), bounded('learningRate', false))
    .option('--negatives <n>', helpFor('negatives'), bounded('negatives'))
    .option('--negative-weight <x>', helpFor('negativeWeight'), bounded('negativeWeight', false))
    .option('--alpha <x>', helpFor('alpha'), bounded('alpha', false))
    .option('--half-life-days <n>', helpFor('halfLifeDays'), bounded('halfLifeDays', false))
    .option('--max-basket <n>', helpFor('maxBasket'), bounded('maxBasket'))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .addOption(
      new Option('--split <part>', 'Baskets to learn from (default train)').choices(['train', 'all']),
    )
    .option('--threads <n>', helpFor('trainThreads'), bounded('trainThreads'))
    .option('--deterministic', 'One thread, and the same bits for the same data and parameters')
    .option('--resume', 'Go on from the checkpoint of an interrupted run; start anew where there is none')
    .option('--checkpoint-every <seconds>', helpFor('checkpointSeconds'), bounded('checkpointSeconds', false))
    .option('--json', 'Print the summary as one JSON object');
  withModelTracking(command).addHelpText('after', examples).action(run);
  registerFm(command);
}

async function run(dir: string, flags: Flags): Promise<void> {
  const { train } = await import('../training/train/train.ts');
  const { threads, resume, checkpointEvery, json, track: _, register: __, alias: ___, ...given } = flags;
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = startProgress('Training', 'baskets');
  const summary = await tracked(dir, flags, async (tracking) => {
    const trained = await train(dir, {
      parameters: given,
      ...(threads !== undefined && { threads }),
      ...(checkpointEvery !== undefined && { checkpointSeconds: checkpointEvery }),
      resume: resume ?? false,
      signal: stop.signal,
      onStart: (start) => {
        process.stderr.write(describeStart(start, resume ?? false));
        trackTrainStart(tracking, start);
      },
      onProgress: (now) => progress.update(now.basketsDone, now.basketsTotal, describeProgress(now)),
    }).finally(() => progress.stop());
    trackTrainEnd(tracking, trained, flags);
    return trained;
  });
  process.stdout.write(json ? `${JSON.stringify(summary)}\n` : describeEnd(dir, summary));
}

function describeStart(start: TrainStart, resume: boolean): string {
  const { parameters, threads, kernel } = start;
  const lines: string[] = [];
  if (start.resumedAtEpoch !== undefined)
    lines.push(
      `Going on from the checkpoint: ${start.resumedAtEpoch} of ${parameters.epochs} epochs are done.`,
    );
  else if (resume) lines.push('No checkpoint to resume from: starting at the beginning.');
  else if (start.abandons)
    lines.push(
      `Starting anew; the checkpoint of an earlier run (in epoch ${start.abandons.epoch + 1}) will go. --resume would continue it.`,
    );
  lines.push(
    `${count(start.baskets)} baskets, ${count(start.products)} products, ${count(start.tokensPerEpoch)} basket items an epoch; ` +
      `${parameters.epochs} epochs at ${parameters.dims} dims, ${threads} ${threads === 1 ? 'thread' : 'threads'}, ${kernel}`,
  );
  return `${lines.join('\n')}\n`;
}

function describeProgress(now: TrainProgress): string {
  const loss = now.loss === undefined ? '' : `loss ${now.loss.toFixed(4)} · `;
  // The bar of a terminal has its own estimate.
  const left =
    !process.stderr.isTTY && Number.isFinite(now.secondsLeft)
      ? ` · ${Math.ceil(now.secondsLeft)} s left`
      : '';
  return `epoch ${now.epoch} · ${loss}${speed(now.tokensPerSecond)}${left}`;
}

function describeEnd(dir: string, summary: TrainSummary): string {
  const first = summary.losses[0] ?? 0;
  const last = summary.losses.at(-1) ?? 0;
  return [
    `Model in ${summary.model} (seed ${summary.parameters.seed}, ${summary.seconds.toFixed(1)} s)`,
    `  ${count(summary.tokens)} basket items in ${summary.parameters.epochs} epochs, ${speed(summary.tokensPerSecond)}`,
    `  loss ${first.toFixed(4)} in the first epoch, ${last.toFixed(4)} in the last`,
    `Next: sepet evaluate ${dir}`,
    '',
  ].join('\n');
}

const count = (value: number): string => value.toLocaleString('en');
const speed = (perSecond: number): string => `${(perSecond / 1e6).toFixed(2)} M tokens/s`;
