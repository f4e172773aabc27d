// `sepet tune model`: searches the parameters of training.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import type { TrialResult } from '../training/tune/journal.ts';
import type { Strategy, TuneProgress, TuneStart, TuneSummary } from '../training/tune/tune.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';
import { count, counted, textTable } from './text.ts';
import { type Tracking, tracked, withTracking } from './tracked.ts';

interface Flags {
  readonly method?: 'word2vec' | 'fm';
  readonly space?: string;
  readonly search?: Strategy;
  readonly trials?: number;
  readonly epochs?: number;
  readonly epochsMin?: number;
  readonly eta?: number;
  readonly figure?: string;
  readonly k?: number;
  readonly maxBaskets?: number;
  readonly validationShare?: number;
  readonly seed?: number;
  readonly threads?: number;
  readonly restart?: true;
  readonly out?: string;
  readonly html?: string;
  readonly trainBest?: true;
  readonly json?: true;
  readonly track?: boolean;
}

const examples = `
Examples:
  sepet tune model data/or                              27 trials by successive halving, on all cores
  sepet tune model data/or --trials 81 --epochs 40      a wider search; longer trainings at its end
  sepet tune model data/or --search random --trials 20  every trial to its end
  sepet tune model data/or --space space.yaml           what may be tried (docs/tuning.md)
  sepet tune model data/or --figure leaveOneOut.hitRate
  sepet tune model data/or --train-best                 then trains the best on the whole training time
  sepet tune model data/or --method fm --json | jq .best

Trials learn from the earlier part of the training time and are judged on its last part; the test baskets are not looked at.
Ctrl-C, or a crash, loses only the trainings under way: the same command goes on from the journal in DIR/tune.
`;

export function register(tune: Command): void {
  const command = tune
    .command('model')
    .description('Search the parameters of training: successive halving or at random')
    .argument('<dir>', 'Data folder after sepet ingest')
    .addOption(
      new Option('--method <name>', 'What is trained (default word2vec)')
        .choices(['word2vec', 'fm'])
        .conflicts('space'),
    )
    .option('--space <file>', 'What is searched (YAML); a default space if absent')
    .addOption(new Option('--search <strategy>', 'How (default halving)').choices(['halving', 'random']))
    .option('--trials <n>', helpFor('tuneTrials'), bounded('tuneTrials'))
    .option(
      '--epochs <n>',
      'Passes of the longest trainings (default those of sepet train)',
      bounded('epochs'),
    )
    .option('--epochs-min <n>', helpFor('tuneEpochsMin'), bounded('tuneEpochsMin'))
    .option('--eta <n>', helpFor('tuneEta'), bounded('tuneEta'))
    .option(
      '--figure <name>',
      'What is made large, such as fbt.ndcg or leaveOneOut.hitRate (default fbt.ndcg)',
    )
    .option('--k <n>', helpFor('evaluateK'), bounded('evaluateK'))
    .option('--max-baskets <n>', helpFor('evaluateBaskets'), bounded('evaluateBaskets'))
    .option('--validation-share <x>', helpFor('testShare'), bounded('testShare', false))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option(
      '--threads <n>',
      'Trainings at once, each on one thread (default one a core)',
      bounded('trainThreads'),
    )
    .option('--restart', 'Throw away what an earlier run of the same search found')
    .option('--out <file>', 'Write the best parameters and their commands as JSON')
    .option('--html <file>', 'Where to write the report (default beside the journal in DIR/tune)')
    .option('--train-best', 'Train the best on the whole training time, into DIR')
    .option('--json', 'Print everything as one JSON object');
  withTracking(command).addHelpText('after', examples).action(run);
}

async function run(dir: string, flags: Flags): Promise<void> {
  const [{ tuneModel }, { defaultSpace, readSpace }, { reportPage }] = await Promise.all([
    import('../training/tune/tune.ts'),
    import('../training/tune/space.ts'),
    import('../training/tune/report.ts'),
  ]);
  const { space: spaceFile, search: strategy, threads: parallel, method, json, ...rest } = flags;
  const { out, html, trainBest, track, ...options } = rest;
  const space = spaceFile === undefined ? defaultSpace(method ?? 'word2vec') : readSpace(spaceFile);
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  const progress = startProgress('Searching', 'epochs');
  await tracked(dir, flags, async (tracking) => {
    let finished = 0;
    const summary = await tuneModel(dir, {
      ...options,
      ...{ space, signal: stop.signal },
      ...(strategy && { strategy }),
      ...(parallel !== undefined && { parallel }),
      onStart: (start) => {
        process.stderr.write(describeStart(start));
        trackStart(tracking, start, flags);
      },
      onProgress: (now) => progress.update(now.done, now.total, describeProgress(now, flags.figure)),
      onResult: (result) => {
        finished++;
        trackResult(tracking, result, finished);
      },
    }).finally(() => progress.stop());
    const page = html ?? summary.journal.replace(/\.jsonl$/, '.html');
    writeFileSync(page, reportPage(summary));
    if (out !== undefined) writeFileSync(out, `${JSON.stringify(bestOf(summary), null, 2)}\n`);
    trackEnd(tracking, summary, page);
    process.stdout.write(json ? `${JSON.stringify(summary)}\n` : describeEnd(summary, page));
    if (trainBest) await trainTheBest(dir, summary, stop.signal);
  });
}

const bestOf = ({ method, best, commands, figure, k, journal }: TuneSummary) => ({
  ...{ method, parameters: best.parameters, epochs: best.epochs },
  ...{ figure, k, figures: best.figures, commands, journal },
});

/** Trains as the first command of a summary says. */
async function trainTheBest(dir: string, { method, best, seed }: TuneSummary, signal: AbortSignal) {
  const { gamma: _, factors, ...parameters } = best.parameters;
  const progress = startProgress('Training the best', 'rows');
  const given = { ...parameters, epochs: best.epochs, seed };
  if (method === 'fm') {
    const { trainFm } = await import('../training/fm/train.ts');
    const summary = await trainFm([dir], join(dir, 'fm.sepet'), {
      parameters: { ...given, ...(factors !== undefined && { factorsEach: factors }) },
      signal,
      onProgress: ({ rowsDone, rowsTotal }) => progress.update(rowsDone, rowsTotal),
    }).finally(() => progress.stop());
    process.stderr.write(`Model in ${summary.model}\n`);
    return;
  }
  const { train } = await import('../training/train/train.ts');
  const summary = await train(dir, {
    ...{ parameters: given, signal },
    onProgress: ({ basketsDone, basketsTotal }) => progress.update(basketsDone, basketsTotal),
  }).finally(() => progress.stop());
  process.stderr.write(`Model in ${summary.model}\n`);
}

function trackStart(tracking: Tracking, start: TuneStart, flags: Flags): void {
  const { space, strategy, rungs, figure } = start;
  tracking.begin({
    ...{ kind: 'tune model', name: `tune ${space.method}` },
    params: {
      ...{ method: space.method, search: strategy, figure, trials: rungs[0]?.trials, seed: flags.seed },
      rungs: rungs.map(({ trials, epochs }) => `${trials}x${epochs}`).join(' '),
      ...space.dimensions,
    },
  });
}

function trackResult(tracking: Tracking, result: TrialResult, finished: number): void {
  const { trial, rung, epochs, parameters, figures, failed, seconds } = result;
  const run = tracking.part({
    ...{ kind: 'trial', name: `trial ${trial}, ${epochs} epochs` },
    params: { trial, rung, ...parameters, epochs },
    startedMs: Date.now() - Math.round(1000 * seconds),
  });
  run?.metrics({ ...figures, seconds });
  run?.end(failed === undefined ? 'FINISHED' : 'FAILED', failed);
  tracking.run?.metrics({ ...figures }, finished);
}

function trackEnd({ run }: Tracking, { best, journal, commands }: TuneSummary, page: string): void {
  const figures = Object.entries(best.figures ?? {}).map(([name, value]) => [`best.${name}`, value]);
  run?.metrics(Object.fromEntries(figures));
  const parameters = Object.entries(best.parameters).map(([name, value]) => [`best.${name}`, value]);
  run?.params({ ...Object.fromEntries(parameters), 'best.command': commands[0] });
  run?.artifact({ file: journal, name: 'journal.jsonl' });
  run?.artifact({ file: page, name: 'report.html' });
}

function describeStart({ space, strategy, rungs, figure, parallel, ...start }: TuneStart): string {
  const steps = rungs.map(({ trials, epochs }) => `${trials} × ${counted(epochs, 'epoch')}`).join(', ');
  const going = start.resumed === 0 ? '' : `Going on: ${counted(start.resumed, 'training')} done before.\n`;
  return (
    `${going}${space.method}, ${strategy === 'halving' ? 'successive halving' : 'random search'}: ${steps}; ${counted(parallel, 'training')} at once\n` +
    `Judged by ${figure} on ${count(start.judgedBaskets)} of ${count(start.validationBaskets)} validation baskets, trained on ${count(start.trainBaskets)}; journal ${start.journal}\n`
  );
}

function describeProgress({ best }: TuneProgress, figure = 'fbt.ndcg'): string {
  const value = best?.figures?.[figure];
  return best === undefined || value === undefined ? '' : `best ${value.toFixed(4)} (trial ${best.trial})`;
}

const shownRows = 15;

function describeEnd(summary: TuneSummary, page: string): string {
  const { results, figure, commands, dimensions, k, seconds } = summary;
  const names = Object.keys(dimensions);
  const extra = ['fbt.hitRate', 'fbt.coverage', 'leaveOneOut.hitRate'].filter((name) => name !== figure);
  const rows = results
    .slice(0, shownRows)
    .map(({ trial, epochs, parameters, figures, failed }) => [
      ...[String(trial), String(epochs), ...names.map((name) => String(parameters[name]))],
      ...[figure, ...extra].map((name) => figures?.[name]?.toFixed(4) ?? '-'),
      failed ?? '',
    ]);
  const heads = ['trial', 'epochs', ...names, figure, ...extra, ''];
  const table = textTable(
    heads.map((head) => ({ head, right: head !== '' })),
    rows,
  );
  const more = results.length > shownRows ? `  … ${results.length - shownRows} more in the report\n` : '';
  return `${table}\n${more}Figures at ${k} (${seconds.toFixed(1)} s). Report in ${page}\nThe best, on the whole training time:\n${commands.map((line) => `  ${line}`).join('\n')}\n`;
}
