// The `sepet` command: one file a subcommand, loaded only when it is called.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exitWith } from './common.ts';

const packageFile = new URL('../../../package.json', import.meta.url);
const { version, description } = JSON.parse(readFileSync(packageFile, 'utf8')) as Record<string, string>;

const program = new Command('sepet')
  .description(description ?? '')
  .version(version ?? '')
  // A command of a command may have options of its parent's names.
  .enablePositionalOptions()
  // Errors come back here, to be printed with their code like every other.
  .exitOverride()
  .configureOutput({ outputError: () => {} });

const commands = await Promise.all([
  import('./start.ts'),
  import('./demo.ts'),
  import('./ingest.ts'),
  import('./train.ts'),
  import('./import.ts'),
  import('./evaluate.ts'),
  import('./tune.ts'),
  import('./runs.ts'),
  import('./build.ts'),
  import('./inspect.ts'),
  import('./query.ts'),
  import('./policy.ts'),
  import('./experiments.ts'),
  import('./serve.ts'),
  import('./publish.ts'),
  import('./promote.ts'),
  import('./rollback.ts'),
  import('./labels.ts'),
  import('./history.ts'),
  import('./diff.ts'),
  import('./prune.ts'),
  import('./delta.ts'),
]);
for (const { register } of commands) register(program);

// A reader that has seen enough (`sepet query … --json | head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await program.parseAsync();
} catch (error) {
  exitWith(error);
}
