// What every command shares: how errors end a command, and how numbers are read from options.

import { CommanderError } from 'commander';
import { type ErrorCode, SepetError } from '../base/errors.ts';
import { checkLimit, type LimitName, limits } from '../base/limits.ts';

const endWith = (message: string, code: string, exitCode: number): never => {
  process.stderr.write(`sepet: ${message} [${code}]\n`);
  process.exit(exitCode);
};

/** Prints an error the way a person needs it and ends the process: expected ones in a line, bugs with a stack. */
export function exitWith(error: unknown): never {
  if (error instanceof SepetError)
    return endWith(error.message, error.code, error.code === 'cancelled' ? 130 : 1);
  if (error instanceof CommanderError) {
    // Help and version were what was asked for, or stand in for a missing command.
    if (error.exitCode === 0 || error.code === 'commander.help') process.exit(error.exitCode);
    const code: ErrorCode = error.code.startsWith('commander.unknown') ? 'option_unknown' : 'option_invalid';
    const message = error.message.replace(/^error: /, '').replace(/\n\(/, ' (');
    return endWith(`${message} (add --help for the options)`, code, 1);
  }
  process.stderr.write(`sepet: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(70);
}

/** An option parser for a number bounded by its row in the limits table. Throws `option_invalid`. */
export function bounded(name: LimitName, whole = true): (text: string) => number {
  return (text) => checkLimit(name, text.trim() === '' ? Number.NaN : Number(text), whole);
}

/** `about (default 10 products, 1 to 100)`: an option's help text from its row in the limits table. */
export function helpFor(name: LimitName): string {
  const { about, default: value, unit, min, max } = limits[name];
  return `${about} (default ${value} ${unit}, ${min} to ${max})`;
}

/** For an option that may be repeated: its values in order. */
export const collected = (value: string, before: readonly string[] = []): string[] => [...before, value];
