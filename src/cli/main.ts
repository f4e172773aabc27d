// The `sepet` command: one file a subcommand, loaded only when it is called.

import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import { exitWith } from './common.ts';

const packageFile = new URL('../../../package.json', import.meta.url);
const { version, description } = JSON.parse(readFileSync(packageFile, 'utf8')) as Record<string, string>;

const program = new Command('sepet')
  .description(description ?? '')
  .version(version ?? '')
  .showHelpAfterError('(add --help for the options)');

const commands = await Promise.all([]);
for (const { register } of commands) register(program);

try {
  await program.parseAsync();
} catch (error) {
  exitWith(error);
}
