// `sepet experiments`: checks a file of experiments, says which arm visitors have, and what came of the arms.

import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import type { ArmReport, ExperimentReport, Share } from '../events/experiments.ts';
import { collected } from './common.ts';
import { count, counted, money, textTable } from './text.ts';

interface Flags {
  readonly policy?: readonly string[];
  readonly json?: true;
}

const checkExamples = `
Examples:
  sepet experiments check tests.yaml                                     keys, words, shares
  sepet experiments check tests.yaml --policy pdp.yaml --policy fresh.yaml   also the policies that it names`;
const armExamples = `
Examples:
  sepet experiments arm tests.yaml v-81f3 v-0c2e   the arm of each visitor in each experiment`;
const reportExamples = `
Examples:
  sepet experiments report /srv/events
  sepet experiments report /srv/events --json`;

export function register(program: Command): void {
  const experiments = program
    .command('experiments')
    .description('Check A/B tests of policies, and say what came of them');
  experiments
    .command('check')
    .description('Name every mistake in a file of experiments, with its line')
    .argument(
      '<file>',
      'assignments and experiments (YAML or JSON), as `sepet serve --experiments` takes them',
    )
    .option('--policy <file>', 'A policy that is served; may be repeated', collected)
    .option('--json', 'Print one JSON object')
    .addHelpText('after', checkExamples)
    .action(check);
  experiments
    .command('arm')
    .description('Say which arms visitors have')
    .argument('<file>', 'assignments and experiments')
    .argument('<visitor...>', 'visitors, as requests name them')
    .option('--json', 'Print JSON, a line a visitor')
    .addHelpText('after', armExamples)
    .action(arm);
  experiments
    .command('report')
    .description('Count, of the kept events, what the visitors of each arm did')
    .argument('<folder>', 'the folder of `sepet serve --events`')
    .option('--json', 'Print JSON')
    .addHelpText('after', reportExamples)
    .action(report);
}

async function check(file: string, { policy, json }: Flags): Promise<void> {
  const { inspectExperiments, readExperimentsText, unservedPolicies } = await import(
    '../policy/experiments/parse.ts'
  );
  const { sentence } = await import('../policy/mistakes.ts');
  const { readPolicies } = await import('./policies.ts');
  const read = inspectExperiments(readExperimentsText(file), file);
  const served = policy && readPolicies(policy).map(({ name }) => name);
  const mistakes =
    'mistakes' in read ? read.mistakes : served === undefined ? [] : unservedPolicies(read.document, served);
  if (json) process.stdout.write(`${JSON.stringify({ ok: mistakes.length === 0, file, mistakes })}\n`);
  else if ('document' in read && mistakes.length === 0) {
    const { assignments, experiments } = read.document;
    const parts = `${counted(assignments.length, 'assignment')}, ${counted(experiments.length, 'experiment')}`;
    process.stdout.write(
      `${file}: right. ${parts}${served === undefined ? '' : ', all policies are served'}\n`,
    );
  } else process.stdout.write(mistakes.map((one) => `${sentence(one)}\n`).join(''));
  if (mistakes.length > 0)
    throw new SepetError('experiments_invalid', `${counted(mistakes.length, 'mistake')} in ${file}.`);
}

async function arm(file: string, visitors: string[], { json }: Flags): Promise<void> {
  const { readExperiments } = await import('../policy/experiments/parse.ts');
  const { armsOf } = await import('../policy/experiments/assign.ts');
  const document = readExperiments(file);
  const names = document.experiments.map(({ name }) => name);
  const all = visitors.map((visitor) => ({ visitor, arms: armsOf(document, visitor) }));
  if (json) return void process.stdout.write(all.map((one) => `${JSON.stringify(one)}\n`).join(''));
  const columns = ['visitor', ...names].map((head) => ({ head }));
  const rows = all.map(({ visitor, arms }) => [visitor, ...names.map((name) => arms[name] ?? '–')]);
  process.stdout.write(`${textTable(columns, rows)}\n`);
}

async function report(folder: string, { json }: Flags): Promise<void> {
  const { reportExperiments } = await import('../events/experiments.ts');
  const reports = await reportExperiments(folder);
  if (json) return void process.stdout.write(`${JSON.stringify(reports)}\n`);
  if (reports.length === 0)
    process.stdout.write(`No event in ${folder} shows a list of an experiment to a visitor.\n`);
  else process.stdout.write(`${reports.map(textOf).join('\n\n')}\n`);
}

const percent = (share: number, signed = false): string => {
  const text = (100 * share).toFixed(2);
  return signed && share >= 0 ? `+${text}` : text;
};

function shareText({ share, against }: Share): string {
  if (against === undefined) return `${percent(share)} %`;
  const [low, high] = against.interval;
  return `${percent(share)} % (${percent(low, true)} to ${percent(high, true)})`;
}

function valueText({ value }: ArmReport): string {
  if (value === undefined) return '';
  const { currency, perVisitorMinor, against } = value;
  const own = money(perVisitorMinor, currency);
  if (against === undefined) return own;
  const [low, high] = against.interval.map((one) => `${one < 0 ? '' : '+'}${money(one, currency)}`);
  return `${own} (${low} to ${high})`;
}

function textOf({ experiment, arms, mixedVisitors }: ExperimentReport): string {
  const heads = ['arm', 'visitors', 'lists', 'clicks', 'clicked', 'added', 'orders', 'ordered', 'a visitor'];
  const numbers = new Set(['visitors', 'lists', 'clicks', 'orders']);
  const table = textTable(
    heads.map((head) => ({ head, right: numbers.has(head) })),
    arms.map((one) => [
      ...[one.arm, count(one.visitors), count(one.impressions), count(one.clicks), shareText(one.clicked)],
      ...[shareText(one.added), count(one.orders), shareText(one.ordered), valueText(one)],
    ]),
  );
  const [first] = arms;
  return [
    experiment === '' ? 'Without a name' : experiment,
    table,
    ...(arms.length > 1 ? [`  in brackets: how much more than ${first?.arm}, 95 %`] : []),
    ...(mixedVisitors === 0
      ? []
      : [`  ${counted(mixedVisitors, 'visitor')} saw lists of several arms and are in none`]),
  ].join('\n');
}
