// What a verdict is: of two ways to recommend, whether the second gives a product a better list, as one person sees it.

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { limits } from '../base/limits.ts';
import { isPlainLine, isPlainText } from '../base/plain-text.ts';

const { personText, reasonText, idBytes, verdictSideBytes } = limits;

const nameError = 'must be a name of 1 to 128 characters that can be seen.';
const nameText = z.string(nameError).max(128, nameError).refine(isPlainLine, nameError);

/** Who it is: one line that can be seen, written one way. */
export const personError = `must be a line of 1 to ${personText.max} characters that can be seen.`;
export const personSchema = z
  .string(personError)
  .trim()
  .max(personText.max, personError)
  .refine(isPlainLine, personError)
  .overwrite((name) => name.normalize('NFC'));

const noteError = `must be a text of 1 to ${reasonText.max} characters that can be seen.`;
const productError = `must be a product id of 1 to ${idBytes.max} bytes.`;
const overridesError = `must be an object of at most ${verdictSideBytes.max} bytes as JSON.`;
const artifactError = 'must be sha256: and 64 hexadecimal digits.';

/** What made the lists of one side. */
export const sideSchema = z.strictObject({
  label: nameText.optional().describe("A label; the server's own where absent"),
  artifact: z
    .string(artifactError)
    .regex(/^sha256:[0-9a-f]{64}$/, artifactError)
    .optional()
    .describe('The artifact that answers carry'),
  policy: nameText.optional().describe('A policy, `pdp` or `pdp@3`; the default one where absent'),
  overrides: z
    .record(z.string(), z.unknown(), overridesError)
    .refine((value) => Buffer.byteLength(JSON.stringify(value)) <= verdictSideBytes.max, overridesError)
    .optional()
    .describe('What was changed of the policy'),
});

const verdictError = 'must be "better", "same", "worse", or null to take back what was said.';
export const verdictWords = ['better', 'same', 'worse'] as const;

/** What is given, and by whom. */
export const verdictSchema = z.strictObject({
  comparison: z.strictObject({ before: sideSchema, after: sideSchema }),
  product: z
    .string(productError)
    .min(1, productError)
    .refine((id) => Buffer.byteLength(id) <= idBytes.max, productError),
  verdict: z
    .enum(verdictWords, verdictError)
    .nullable()
    .describe('Of the list after, against the list before; null takes back what this person said'),
  by: personSchema.describe('Who says so; the latest word of a person on a product counts'),
  note: z.string(noteError).trim().max(reasonText.max, noteError).refine(isPlainText, noteError).optional(),
});

/** One line of a file: what was given, with its id and when it came. */
export const lineSchema = z.object({
  id: z.string().regex(/^v_[0-9a-f]{16}$/),
  /** Not so late that nothing could come after it. */
  at: z.iso.datetime().refine((at) => at < '9000'),
  ...verdictSchema.shape,
});

export type Side = z.output<typeof sideSchema>;
export type VerdictWord = (typeof verdictWords)[number];
export type GivenVerdict = z.output<typeof verdictSchema>;
export type VerdictLine = z.output<typeof lineSchema>;

/** The same whatever the order of keys. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value)
    .filter(([, one]) => one !== undefined)
    .map(([key, one]) => [key, canonical(one)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Nothing changed is the same as no changes. */
export const plainSide = ({ overrides, ...side }: Side): Side =>
  overrides === undefined || Object.keys(overrides).length === 0 ? side : { ...side, overrides };

/** The name of a comparison: the same sides have the same one, on every server and every day. */
export function comparisonId({ before, after }: GivenVerdict['comparison']): string {
  const text = JSON.stringify(canonical([plainSide(before), plainSide(after)]));
  return `c_${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;
}
