// Reads a policy from YAML or JSON text. Mistakes are named with their line, their place and, for a misspelled
// key or word, the nearest one that exists.

import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';
import type { z } from 'zod';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { isDeeper } from './depth.ts';
import { type PolicyDocument, policySchema } from './document.ts';
import { checkValue, errorOf, type PolicyMistake } from './mistakes.ts';

type Path = readonly PropertyKey[];

interface Places {
  readonly lines: Record<string, number>;
  readonly columns: Record<string, number>;
}

function collectPlaces(node: unknown, path: Path, counter: LineCounter, places: Places): void {
  const mark = (at: Path, place: Node): void => {
    if (!place.range) return;
    const { line, col } = counter.linePos(place.range[0]);
    const name = at.join('.');
    places.lines[name] = line;
    places.columns[name] = col;
  };
  if (isMap(node)) {
    for (const { key, value } of node.items) {
      if (!isScalar(key)) continue;
      const at = [...path, String(key.value)];
      mark(at, key);
      collectPlaces(value, at, counter, places);
    }
  } else if (isSeq(node)) {
    node.items.forEach((item, i) => {
      mark([...path, i], item as Node);
      collectPlaces(item, [...path, i], counter, places);
    });
  }
}

/** A policy, or all that is wrong with it. */
export type Read = { readonly document: PolicyDocument } | { readonly mistakes: readonly PolicyMistake[] };

function checked(value: unknown, origin: PolicyDocument['origin']): Read {
  const result = checkValue(policySchema, value, origin);
  if ('mistakes' in result) return result;
  return { document: origin === undefined ? result.data : { ...result.data, origin } };
}

function orThrow(read: Read): PolicyDocument {
  if ('mistakes' in read) throw errorOf(read.mistakes);
  return read.document;
}

/** Checks a policy that is already data. Throws `policy_invalid`. */
export function checkPolicy(value: unknown, origin?: PolicyDocument['origin']): PolicyDocument {
  return orThrow(checked(value, origin));
}

/** Checks a policy that is already data. Throws nothing: mistakes are the result. */
export function inspectValue(value: unknown): Read {
  return checked(value, undefined);
}

/** Where the parts of a text stand. */
export type Origin = NonNullable<PolicyDocument['origin']>;

/** Reads YAML or JSON text; `file` is its name in messages. Throws nothing: mistakes are the result. */
export function inspectPolicy(text: string, file: string): Read {
  const read = inspectText(policySchema, text, file);
  return 'mistakes' in read ? read : { document: { ...read.data, origin: read.origin } };
}

/** Reads YAML or JSON text against a schema; `noun` is what it should be. Throws nothing: mistakes are the result. */
export function inspectText<S extends z.ZodType>(
  schema: S,
  text: string,
  file: string,
  noun?: string,
): { readonly data: z.output<S>; readonly origin: Origin } | { readonly mistakes: readonly PolicyMistake[] } {
  if (Buffer.byteLength(text) > limits.policyBytes.max) {
    const said = `is longer than ${limits.policyBytes.max} bytes.`;
    return { mistakes: [{ file, place: '', said: `${file} ${said}` }] };
  }
  const said = (why: string): string => `${file} is not YAML: ${why}.`;
  const levels = limits.bodyDepth.max;
  if (isDeeper(text, levels))
    return { mistakes: [{ file, place: '', said: `${file} is nested more than ${levels} levels deep.` }] };
  try {
    const counter = new LineCounter();
    const document = parseDocument(text, { lineCounter: counter });
    if (document.errors.length > 0) {
      const mistakes = document.errors.map(({ message, pos }) => {
        const { line, col } = counter.linePos(pos[0]);
        const [first = ''] = message.split('\n', 1);
        return {
          ...{ file, line, column: col, place: '' },
          said: said(first.replace(/( at line \d+, column \d+)?:?$/, '')),
        };
      });
      return { mistakes };
    }
    const places: Places = { lines: {}, columns: {} };
    collectPlaces(document.contents, [], counter, places);
    const origin = { file, ...places };
    const result = checkValue(schema, document.toJS(), origin, noun);
    return 'mistakes' in result ? result : { data: result.data, origin };
  } catch (error) {
    // The parser gives up on aliases that multiply, or that stand within what they are of.
    if (!(error instanceof ReferenceError)) throw error;
    return { mistakes: [{ file, place: '', said: said(error.message) }] };
  }
}

/**
 * Parses and checks YAML or JSON text; `file` is its name in messages.
 * Throws `policy_invalid` with the line and, for a misspelling, the nearest known word.
 */
export function parsePolicy(text: string, file: string): PolicyDocument {
  return orThrow(inspectPolicy(text, file));
}

/** The text of a policy file. Throws `input_missing` where it cannot be read. */
export function readPolicyText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `The policy ${file} cannot be read.`, { cause });
  }
}

/** Reads a policy file. Throws `input_missing` where it cannot be read, and what `parsePolicy` throws. */
export function readPolicy(file: string): PolicyDocument {
  return parsePolicy(readPolicyText(file), file);
}
