// What every command shares: how errors end a command, and how numbers are read from options.

import { InvalidArgumentError } from 'commander';
import { SepetError } from '../base/errors.ts';
import { checkLimit, type LimitName, limits } from '../base/limits.ts';

/** Prints an error the way a person needs it and ends the process: expected ones in a line, bugs with a stack. */
export function exitWith(error: unknown): never {
  if (error instanceof SepetError) {
    process.stderr.write(`sepet: ${error.message} [${error.code}]\n`);
    process.exit(error.code === 'cancelled' ? 130 : 1);
  }
  process.stderr.write(`sepet: ${error instanceof Error ? error.stack : String(error)}\n`);
  process.exit(70);
}

/** An option parser for a number bounded by its row in the limits table. */
export function bounded(name: LimitName, whole = true): (text: string) => number {
  return (text) => {
    try {
      return checkLimit(name, text.trim() === '' ? Number.NaN : Number(text), whole);
    } catch (error) {
      throw new InvalidArgumentError(error instanceof Error ? error.message : String(error));
    }
  };
}

/** `about (default 10 products, 1 to 100)`: an option's help text from its row in the limits table. */
export function helpFor(name: LimitName): string {
  const { about, default: value, unit, min, max } = limits[name];
  return `${about} (default ${value} ${unit}, ${min} to ${max})`;
}
