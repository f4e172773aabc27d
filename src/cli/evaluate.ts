// `sepet evaluate`: judges a trained model against the baselines on baskets it has not seen.

import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { bounded, helpFor } from './common.ts';
import { startProgress } from './progress.ts';

interface Flags {
  model?: string;
  k?: readonly number[];
  gamma?: number;
  maxBaskets?: number;
  easeProducts?: number;
  easeLambda?: number;
  artifact?: string;
  policy?: string;
  html?: string;
  seed?: number;
  json?: true;
  track?: boolean;
}

/** Lengths of the lists where none is named. */
const lengths = [5, 10, 20];

const examples = `
Examples:
  sepet evaluate data/or
  sepet evaluate data/or --gamma 0 --k 20
  sepet evaluate data/demo --max-baskets 20000         more baskets than by default
  sepet evaluate data/or --html report.html            tables and plots in one file that needs nothing else
  sepet evaluate data/or --artifact data/or/artifact.sepet --policy pdp.yaml    what is served, with the policy and without
  sepet evaluate data/or --json | jq .methods.word2vec.fbt

The figures also go to DIR/metrics.json, from where sepet build takes them. docs/evaluation.md says what each means.
`;

export function register(program: Command): void {
  program
    .command('evaluate')
    .description('Judge a model against popularity and co-occurrence on the test baskets')
    .argument('<dir>', 'Data folder with a trained model')
    .option('--model <file>', 'Model to judge (default DIR/model.sepet)')
    .option(
      '--k <n,...>',
      `Lengths of the lists that are judged; ${limits.evaluateK.default}, or else the first, is the main one (default ${lengths}, each ${limits.evaluateK.min} to ${limits.evaluateK.max})`,
      lengthsOf,
    )
    .option('--gamma <x>', helpFor('gamma'), bounded('gamma', false))
    .option('--max-baskets <n>', helpFor('evaluateBaskets'), bounded('evaluateBaskets'))
    .option('--ease-products <n>', helpFor('easeProducts'), bounded('easeProducts'))
    .option('--ease-lambda <x>', helpFor('easeLambda'), bounded('easeLambda', false))
    .option('--artifact <file>', 'Judge what this artifact serves too, with the policy and without')
    .option('--policy <file>', "The artifact's policy (YAML or JSON; default the built-in one)")
    .option('--html <file>', 'Write a report with plots: one file that needs no network and no script')
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--json', 'Print the figures as one JSON object')
    .option('--no-track', 'Leave no record of this run (else in DIR/runs.jsonl and at MLFLOW_TRACKING_URI)')
    .addHelpText('after', examples)
    .action(run);
}

/** `5,10,20`, each once. Throws `option_invalid`. */
function lengthsOf(text: string): readonly number[] {
  return [...new Set(text.split(',').map(bounded('evaluateK')))];
}

async function run(dir: string, { json, html, k: ks = lengths, artifact, policy, track, ...flags }: Flags) {
  if (policy !== undefined && artifact === undefined)
    throw new SepetError('option_invalid', '--policy says what an artifact serves: name it with --artifact.');
  const { evaluate } = await import('../training/evaluate/evaluate.ts');
  const { writeMetrics, writeText } = await import('../training/evaluate/write.ts');
  const further =
    artifact === undefined
      ? undefined
      : (await import('./evaluate-served.ts')).servedMethods(artifact, policy);
  const stop = new AbortController();
  process.once('SIGINT', () => stop.abort());
  const progress = startProgress('Evaluating', 'baskets');
  const main = limits.evaluateK.default;
  const evaluation = await evaluate(dir, {
    k: ks.includes(main) ? main : (ks[0] ?? main),
    ks,
    gamma: limits.gamma.default,
    maxBaskets: limits.evaluateBaskets.default,
    seed: limits.seed.default,
    ...flags,
    ...(further && { further }),
    signal: stop.signal,
    onProgress: ({ step, done, total }) => progress.update(done, total, step),
  }).finally(() => progress.stop());
  const file = await writeMetrics(dir, evaluation);
  if (html !== undefined) {
    const { evaluationHtml } = await import('../training/evaluate/html.ts');
    await writeText(html, evaluationHtml(evaluation));
  }
  const { trackEvaluation } = await import('./track-train.ts');
  const files = html === undefined ? [file] : [file, html];
  await trackEvaluation(dir, { track: track ?? true }, evaluation, files);
  if (json === true) {
    process.stdout.write(`${JSON.stringify(evaluation)}\n`);
    return;
  }
  const { evaluationPage } = await import('./evaluate-print.ts');
  const written = html === undefined ? file : `${file}, and the report to ${html}`;
  process.stdout.write(`${evaluationPage(evaluation)}\nWritten to ${written}\n`);
}
