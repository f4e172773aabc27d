// Figures of rounds: the middle one, and how far they lie apart.

import { median } from '../ann/recall.ts';

export interface Figure {
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

const digits = (value: number): number => Number(value.toPrecision(5));

export function figureOf(values: readonly number[]): Figure {
  return {
    median: digits(median(values)),
    least: digits(Math.min(...values)),
    most: digits(Math.max(...values)),
  };
}

/** The figure of the rounds' ratios. */
export const ratioOf = (above: readonly number[], below: readonly number[]): Figure =>
  figureOf(above.map((value, round) => value / (below[round] as number)));

/** Calls each in turn, `rounds` times, another one first each time. Results by name, in order of the rounds. */
export async function inTurn<T>(
  names: readonly string[],
  rounds: number,
  run: (name: string, round: number) => Promise<T>,
): Promise<Map<string, T[]>> {
  const results = new Map(names.map((name) => [name, [] as T[]]));
  for (let round = 0; round < rounds; round++)
    for (let i = 0; i < names.length; i++) {
      const name = names[(round + i) % names.length] as string;
      results.get(name)?.push(await run(name, round));
    }
  return results;
}
