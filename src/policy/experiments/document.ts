// Which policy answers where, and which visitors are answered by another one: experiments as they are written, with the schema
// that checks them. docs/experiments.md explains each key.

import { z } from 'zod';
import { limits } from '../../base/limits.ts';
import { distinct } from '../document-rules.ts';

const { experimentWords, experimentArms, experimentAssignments, experiments, efSearch } = limits;

const wordError = 'must be up to 64 letters, digits, ., - and _';
const word = z.string(wordError).regex(/^[\w.-]{1,64}$/, wordError);

/** One name or several; absent for all. */
const places = (about: string) => {
  const error = `must be a name or a list of 1 to ${experimentWords.max} names`;
  return z
    .union([word, z.array(word).min(1, error).max(experimentWords.max, error)], error)
    .transform((given) => [given].flat())
    .refine(distinct, 'must not repeat a name')
    .optional()
    .describe(about);
};

const where = {
  placement: places('Requests of these placements; all where absent.'),
  channel: places('Requests of these channels; all where absent.'),
};

const share = (about: string) => {
  const error = 'must be a number from 0 to 1';
  return z.number(error).min(0, error).max(1, error).describe(about);
};

const widthError = `must be a whole number from ${efSearch.min} to ${efSearch.max}`;
const armSchema = z.strictObject(
  {
    name: word.describe('The arm; answers carry experiment:arm.'),
    share: share('Of the visitors in the experiment; those of all arms are together 1.'),
    policy: word.optional().describe('A served policy; as without the experiment where absent.'),
    efSearch: z
      .int(widthError)
      .min(efSearch.min, widthError)
      .max(efSearch.max, widthError)
      .optional()
      .describe("Width of the graph search of requests that name none; the policy's where absent."),
  },
  'must be a map',
);

const total = (arms: readonly { readonly share: number }[]): number =>
  arms.reduce((sum, { share }) => sum + share, 0);
const isWhole = (sum: number): boolean => Math.abs(sum - 1) < 1e-6;
const areNamedOnce = (all: readonly { readonly name: string }[]): boolean =>
  distinct(all.map(({ name }) => name));

const armsError = `must be a list of 2 to ${experimentArms.max} arms`;
const armsSchema = z
  .array(armSchema, armsError)
  .min(2, armsError)
  .max(experimentArms.max, armsError)
  .refine(areNamedOnce, 'must not use a name twice')
  .refine((arms) => arms.length < 2 || isWhole(total(arms)), {
    error: ({ input }) =>
      `must have shares that are together 1, not ${Number(total(input as []).toPrecision(6))}`,
  });

const experimentSchema = z.strictObject(
  {
    name: word.describe('The experiment. Another name deals the arms out anew.'),
    ...where,
    traffic: share('Of the visitors, who are in the experiment at all.').default(1),
    arms: armsSchema,
  },
  'must be a map',
);

const assignmentSchema = z
  .strictObject({ ...where, policy: word.describe('A served policy.') }, 'must be a map')
  .refine(({ placement, channel }) => placement !== undefined || channel !== undefined, {
    error: 'must have a placement or a channel',
  });

const listError = (most: number, what: string): string => `must be a list of at most ${most} ${what}`;
const assignmentsError = listError(experimentAssignments.max, experimentAssignments.unit);
const experimentsError = listError(experiments.max, experiments.unit);

export const experimentsSchema = z.strictObject(
  {
    assignments: z
      .array(assignmentSchema, assignmentsError)
      .max(experimentAssignments.max, assignmentsError)
      .default([])
      .describe('Which policy answers requests that name none; the first that fits counts.'),
    experiments: z
      .array(experimentSchema, experimentsError)
      .max(experiments.max, experimentsError)
      .refine(areNamedOnce, 'must not use a name twice')
      .default([])
      .describe('A visitor is in the first that fits and has room.'),
  },
  'must be a map of assignments and experiments',
);

export type AssignmentDocument = z.output<typeof assignmentSchema>;
export type ExperimentDocument = z.output<typeof experimentSchema>;
export type ArmDocument = z.output<typeof armSchema>;

/** Checked assignments and experiments. */
export type ExperimentsDocument = z.output<typeof experimentsSchema> & {
  /** Where its parts stand in the file it came from, as in a `PolicyDocument`. */
  readonly origin?: {
    readonly file: string;
    readonly lines: Readonly<Record<string, number>>;
    readonly columns?: Readonly<Record<string, number>>;
  };
};

/** What answers and events call an arm. */
export const armLabel = ({ name }: { readonly name: string }, arm: { readonly name: string }): string =>
  `${name}:${arm.name}`;
