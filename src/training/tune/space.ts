// What a search may try: for each parameter of a method a fixed number, some numbers, or a range. Trials are drawn from it by
// seed and number alone, so that a search that was cut off draws the same ones again.

import { readFileSync } from 'node:fs';
import { parseDocument } from 'yaml';
import { z } from 'zod';
import { SepetError } from '../../base/errors.ts';
import { type LimitName, limits } from '../../base/limits.ts';
import { suggestion } from '../../base/nearest.ts';
import { Random } from '../../base/random.ts';

export const tunedMethods = ['word2vec', 'fm'] as const;
export type TunedMethod = (typeof tunedMethods)[number];

interface Tunable {
  readonly limit: LimitName;
  readonly whole: boolean;
  /** As the command line of `sepet train`, or of `sepet evaluate`, writes it. */
  readonly option: string;
}

const tunable = (limit: LimitName, whole: boolean, option: string): Tunable => ({ limit, whole, option });

/** What can be searched of each method. `epochs` only where it is not the budget of the search. */
export const tunables: Readonly<Record<TunedMethod, Readonly<Record<string, Tunable>>>> = {
  word2vec: {
    dims: tunable('dims', true, '--dims'),
    epochs: tunable('epochs', true, '--epochs'),
    learningRate: tunable('learningRate', false, '--learning-rate'),
    negatives: tunable('negatives', true, '--negatives'),
    negativeWeight: tunable('negativeWeight', false, '--negative-weight'),
    alpha: tunable('alpha', false, '--alpha'),
    halfLifeDays: tunable('halfLifeDays', false, '--half-life-days'),
    maxBasket: tunable('maxBasket', true, '--max-basket'),
    gamma: tunable('gamma', false, '--gamma'),
  },
  fm: {
    factors: tunable('fmFactors', true, '--factors'),
    epochs: tunable('fmEpochs', true, '--epochs'),
    learningRate: tunable('fmLearningRate', false, '--learning-rate'),
    l2: tunable('l2', false, '--l2'),
    negatives: tunable('fmNegatives', true, '--negatives'),
    alpha: tunable('alpha', false, '--alpha'),
  },
};

const bounds = z.tuple([z.number(), z.number()]);
const dimensionSchema = z.union([
  z.number().transform((value) => ({ choice: [value] })),
  z.strictObject({ choice: z.array(z.number()).min(1).max(100) }),
  z.strictObject({ uniform: bounds }),
  z.strictObject({ log: bounds }),
]);
const spaceSchema = z.strictObject({
  version: z.literal(1),
  method: z.enum(tunedMethods),
  parameters: z.record(z.string(), dimensionSchema),
});

export type Dimension = z.output<typeof dimensionSchema>;
export interface Space {
  readonly method: TunedMethod;
  /** By name, in the order of the alphabet: the order of drawing. */
  readonly dimensions: Readonly<Record<string, Dimension>>;
}
export type TrialParameters = Readonly<Record<string, number>>;

const written = {
  word2vec: {
    dims: { choice: [32, 64, 128] },
    learningRate: { log: [0.05, 0.5] },
    negatives: { choice: [16, 32, 64] },
    negativeWeight: { log: [5, 40] },
    alpha: { uniform: [0.25, 1] },
    halfLifeDays: { choice: [0, 90, 180, 365] },
    gamma: { uniform: [0, 1] },
  },
  fm: {
    factors: { choice: [16, 32, 64] },
    learningRate: { log: [0.02, 0.3] },
    l2: { log: [1e-7, 1e-3] },
    negatives: { choice: [2, 4, 8] },
    alpha: { uniform: [0, 1] },
  },
} as const;

/** What is searched where no file says otherwise. */
export const defaultSpace = (method: TunedMethod): Space =>
  checkSpace({ version: 1, method, parameters: written[method] }, 'the default space');

/** Reads and checks a search space. Throws `input_missing` and `search_space_invalid`. */
export function readSpace(path: string): Space {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `There is no search space ${path}.`, { cause });
  }
  const document = parseDocument(text);
  const [problem] = document.errors;
  if (problem !== undefined)
    throw new SepetError('search_space_invalid', `${path} is not YAML: ${problem.message.split('\n', 1)[0]}`);
  return checkSpace(document.toJS() as unknown, path);
}

/** Checks what a search space says; `name` is what messages call it. Throws `search_space_invalid` naming every mistake. */
export function checkSpace(content: unknown, name: string): Space {
  const parsed = spaceSchema.safeParse(content);
  if (!parsed.success) {
    const says = parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'it'}: ${message}`);
    throw new SepetError('search_space_invalid', `${name} is no search space: ${says.join('; ')}`);
  }
  const { method, parameters } = parsed.data;
  const mistakes = Object.entries(parameters).flatMap(([key, dimension]) =>
    mistakesOf(method, key, dimension),
  );
  if (Object.keys(parameters).length === 0) mistakes.push('it searches nothing');
  if (mistakes.length > 0)
    throw new SepetError('search_space_invalid', `${name} is no search space: ${mistakes.join('; ')}`);
  const sorted = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  return { method, dimensions: Object.fromEntries(sorted) };
}

function mistakesOf(method: TunedMethod, key: string, dimension: Dimension): string[] {
  const found = tunables[method][key];
  if (found === undefined)
    return [
      `${method} has no parameter "${key}" to search.${suggestion(key, Object.keys(tunables[method]))}`,
    ];
  const { min, max, unit } = limits[found.limit];
  const values = 'choice' in dimension ? dimension.choice : rangeOf(dimension);
  const mistakes: string[] = [];
  for (const value of values) {
    if (!(value >= min && value <= max))
      mistakes.push(`${key}: ${value} is not from ${min} to ${max} (${unit})`);
    else if (found.whole && !Number.isInteger(value)) mistakes.push(`${key}: ${value} is not a whole number`);
  }
  if (!('choice' in dimension)) {
    const [from, to] = rangeOf(dimension);
    if (from >= to) mistakes.push(`${key}: the range ${from} to ${to} is empty`);
    if ('log' in dimension && from <= 0) mistakes.push(`${key}: a logarithmic range begins above 0`);
  }
  return mistakes;
}

const rangeOf = (dimension: Exclude<Dimension, { choice: number[] }>): readonly [number, number] =>
  'log' in dimension ? dimension.log : dimension.uniform;

/** Whether `value` could be drawn. */
export function holds(dimension: Dimension, value: number): boolean {
  if ('choice' in dimension) return dimension.choice.includes(value);
  const [from, to] = rangeOf(dimension);
  return value >= from && value <= to;
}

/**
 * The parameters of a trial: of the first the defaults where the space has them, so that a search is never worse than none; of
 * the others independent draws (Bergstra and Bengio 2012). Numbers of a range have four digits, as somebody will write them.
 */
export function drawTrial({ method, dimensions }: Space, seed: number, trial: number): TrialParameters {
  const random = new Random(seed + (trial + 1) * 2 ** 32);
  const drawn = Object.entries(dimensions).map(([key, dimension]): [string, number] => {
    const { limit, whole } = tunables[method][key] as Tunable;
    const value = draw(dimension, random, whole);
    const usual = limits[limit].default;
    return [key, trial === 0 && holds(dimension, usual) ? usual : value];
  });
  return Object.fromEntries(drawn);
}

function draw(dimension: Dimension, random: Random, whole: boolean): number {
  if ('choice' in dimension) return random.pick(dimension.choice);
  const [from, to] = rangeOf(dimension);
  const share = random.float();
  const value = 'log' in dimension ? from * (to / from) ** share : from + (to - from) * share;
  return Math.min(to, Math.max(from, whole ? Math.round(value) : Number(value.toPrecision(4))));
}
