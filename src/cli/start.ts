// `sepet start`: the whole way on the demo shop, to a store with two labels that are served side by side. Each stage is the command that a user would type, run in a
// process of its own; what is already done is skipped, and an interrupted stage is taken up again.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { bounded, helpFor } from './common.ts';
import { demoPolicies } from './start-policies.ts';

const defaults = {
  out: 'data/demo',
  products: limits.demoProducts.default,
  orders: limits.demoOrders.default,
  seed: limits.seed.default,
  port: limits.port.default,
};

type StartOptions = typeof defaults & { fresh?: true };

const examples = `
Examples:
  sepet start                              the demo shop of 20,000 products, served on port 7700
  sepet start --products 2000 --orders 20000 --out data/small
  sepet start --fresh                      make everything anew`;

export function register(program: Command): void {
  program
    .command('start')
    .description('Make the demo shop, train, build and serve it: the whole way at once')
    .option('--out <folder>', `Folder of the demo shop (default ${defaults.out})`)
    .option('--products <n>', helpFor('demoProducts'), bounded('demoProducts'))
    .option('--orders <n>', helpFor('demoOrders'), bounded('demoOrders'))
    .option('--seed <n>', helpFor('seed'), bounded('seed'))
    .option('--port <n>', helpFor('port'), bounded('port'))
    .option('--fresh', 'Make everything anew')
    .addHelpText('after', examples)
    .action(async (given: Partial<StartOptions>) => {
      const options = { ...defaults, ...given };
      const artifact = join(options.out, 'artifact.sepet');
      await makeArtifact(options, artifact);
      await program.parseAsync(['serve', ...servedBy(options)], { from: 'user' });
    });
}

const storeOf = (out: string): string => join(out, 'store');
/** As options take it: a bare path could also be something else. */
const storeAddress = (out: string): string => `file:${storeOf(out)}`;
const cacheOf = (out: string): string => join(out, 'cache');
const own = 'production';
const beside = 'test';

/** What `serve` is told: two labels of the store, the pictures, and where what visitors and colleagues do is kept. */
const servedBy = ({ out, port }: StartOptions): string[] => [
  ...['--store', storeAddress(out), '--label', own, '--beside', beside, '--cache', cacheOf(out)],
  ...['--images', out, '--events', join(out, 'events'), '--verdicts', join(out, 'verdicts')],
  ...['--port', String(port)],
];

interface Stage {
  readonly args: readonly string[];
  /** What the stage leaves in the folder when it is done. */
  readonly output: string;
  /** What has to be there before. */
  readonly prepare?: () => void;
  /** What nobody needs afterwards. */
  readonly removes?: string;
}

/** Puts an artifact on a label, with policies that are written for it. */
function publishing(out: string, artifact: string, label: string): Stage {
  const policies = demoPolicies(label === beside).map(({ name, text }) => ({ path: join(out, name), text }));
  const why = label === own ? 'the demo shop' : 'closer to what sells anyway, on a leaner index';
  return {
    args: [
      ...['publish', artifact, ...policies.map(({ path }) => path), '--store', storeAddress(out)],
      ...['--label', label, '--why', why, '--force', 'the demo shop was made anew'],
    ],
    output: join('store', 'labels', `${label}.json`),
    prepare: () => {
      for (const { path, text } of policies) writeFileSync(path, text);
    },
  };
}

function stagesOf({ out, products, orders, seed }: StartOptions, artifact: string): Stage[] {
  const size = ['--products', String(products), '--orders', String(orders), '--seed', String(seed)];
  const leaner = join(out, 'leaner.sepet');
  const lean = ['--name', 'leaner', '--code-bits', '0', '--list-length', '20', '--seed', String(seed)];
  const files = [join(out, 'orders.csv'), '--products', join(out, 'products.csv')];
  return [
    { args: ['demo', ...size, '--out', out], output: 'orders.csv' },
    { args: ['ingest', '--preset', 'demo', ...files, '--out', out], output: 'manifest.json' },
    { args: ['train', out, '--seed', String(seed)], output: 'model.sepet' },
    { args: ['tune', 'blend', out, '--seed', String(seed)], output: 'blend.json' },
    { args: ['evaluate', out], output: 'metrics.json' },
    { args: ['build', out, '--out', artifact, '--seed', String(seed)], output: 'artifact.sepet' },
    publishing(out, artifact, own),
    // Gone once it is published, so that the disk has it in the store alone: the label tells that it was there.
    { args: ['build', out, '--out', leaner, ...lean], output: join('store', 'labels', `${beside}.json`) },
    { ...publishing(out, leaner, beside), removes: leaner },
  ];
}

/** Runs the stages from the first one that has not yet been run with these very arguments. */
async function makeArtifact(options: StartOptions, artifact: string): Promise<void> {
  const { out } = options;
  if (options.fresh)
    for (const folder of [storeOf(out), cacheOf(out)]) rmSync(folder, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  const journal = join(out, 'start.json');
  const done = options.fresh ? [] : readJournal(journal);
  const stages = stagesOf(options, artifact);
  const isOpen = ({ args, output }: Stage, i: number): boolean =>
    done[i] !== args.join(' ') || !existsSync(join(out, output));
  const firstOpen = stages.findIndex(isOpen);
  if (firstOpen === -1) return;
  done.splice(firstOpen);
  for (const { args, prepare, removes } of stages.slice(firstOpen)) {
    const line = args.join(' ');
    prepare?.();
    process.stderr.write(`\n$ sepet ${args.map(quoted).join(' ')}\n`);
    const resumes = args[0] === 'train' && existsSync(join(out, 'checkpoint.sepet'));
    await runStage(resumes ? [...args, '--resume'] : args);
    done.push(line);
    writeFileSync(journal, `${JSON.stringify(done, null, 2)}\n`);
    if (removes !== undefined) rmSync(removes, { force: true });
  }
}

/** As a shell takes it. */
const quoted = (text: string): string => (/^[\w./:=-]+$/.test(text) ? text : `"${text}"`);

function readJournal(file: string): string[] {
  try {
    const lines: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return Array.isArray(lines) ? lines.map(String) : [];
  } catch {
    return [];
  }
}

async function runStage(args: readonly string[]): Promise<void> {
  const [main = ''] = process.argv.slice(1);
  const child = spawn(process.execPath, [main, ...args], { stdio: 'inherit' });
  // The terminal's Ctrl-C reaches the stage itself, which then saves its work: wait for that.
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal);
  const ignore = (): void => {};
  process.on('SIGTERM', pass).on('SIGINT', ignore);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGTERM', pass).off('SIGINT', ignore);
  if (code === 0) return;
  const why = code === 130 || code === null ? 'was stopped' : `failed with exit code ${code}`;
  throw new SepetError('cancelled', `\`sepet ${args[0]}\` ${why}; start again to go on from there.`);
}
