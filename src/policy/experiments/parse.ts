// Reads assignments and experiments from YAML or JSON, and holds the policies that they name against those that are served.

import { readFileSync } from 'node:fs';
import { SepetError } from '../../base/errors.ts';
import { suggestion } from '../../base/nearest.ts';
import { mistake, type PolicyMistake, sentence } from '../mistakes.ts';
import { inspectText } from '../parse.ts';
import { type ExperimentsDocument, experimentsSchema } from './document.ts';

/** What was written, or all that is wrong with it. */
export type ReadExperiments =
  | { readonly document: ExperimentsDocument }
  | { readonly mistakes: readonly PolicyMistake[] };

/** Reads YAML or JSON text; `file` is its name in messages. Throws nothing: mistakes are the result. */
export function inspectExperiments(text: string, file: string): ReadExperiments {
  const read = inspectText(experimentsSchema, text, file, 'file');
  return 'mistakes' in read ? read : { document: { ...read.data, origin: read.origin } };
}

/** A mistake for each policy that is named and not among these. */
export function unservedPolicies(
  { assignments, experiments, origin }: ExperimentsDocument,
  served: readonly string[],
): PolicyMistake[] {
  const named = [
    ...assignments.map(({ policy }, i) => ({ path: ['assignments', i, 'policy'], policy })),
    ...experiments.flatMap(({ arms }, i) =>
      arms.map(({ policy }, j) => ({ path: ['experiments', i, 'arms', j, 'policy'], policy })),
    ),
  ];
  return named.flatMap(({ path, policy }) => {
    if (policy === undefined || served.includes(policy)) return [];
    return mistake(origin, path, `names "${policy}", which is not served.${suggestion(policy, served)}`);
  });
}

/** The first mistake as an `experiments_invalid`, with how many more there are. */
export function experimentsError(mistakes: readonly PolicyMistake[]): SepetError {
  const [first, ...more] = mistakes.map(sentence);
  const others = more.length === 0 ? '' : ` (${more.length} more: sepet experiments check lists them)`;
  return new SepetError('experiments_invalid', `${first}${others}`);
}

/** Throws `experiments_invalid` with the line, and for a misspelling the nearest known word. */
export function parseExperiments(text: string, file: string): ExperimentsDocument {
  const read = inspectExperiments(text, file);
  if ('mistakes' in read) throw experimentsError(read.mistakes);
  return read.document;
}

/** Throws `experiments_invalid` where a policy is named that is not among these. */
export function checkServed(document: ExperimentsDocument, served: readonly string[]): void {
  const mistakes = unservedPolicies(document, served);
  if (mistakes.length > 0) throw experimentsError(mistakes);
}

/** The text of a file. Throws `input_missing` where it cannot be read. */
export function readExperimentsText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `The experiments ${file} cannot be read.`, { cause });
  }
}

/** Reads a file. Throws `input_missing`, and what `parseExperiments` throws. */
export const readExperiments = (file: string): ExperimentsDocument =>
  parseExperiments(readExperimentsText(file), file);
