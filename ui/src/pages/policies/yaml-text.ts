// The policy as text and as data, in step: a change of the data becomes the smallest change of the text.

import { type Document, isAlias, LineCounter, parseDocument, visit } from 'yaml';
import { keepWritten } from './chunks.ts';
import type { Draft } from './draft.ts';
import { reconcile } from './reconcile.ts';

export interface TextMistake {
  readonly message: string;
  /** From 1. */
  readonly line: number;
  readonly column?: number;
  readonly path?: string;
}

export interface ReadText {
  /** Undefined where the text is not YAML, or no map. */
  readonly draft: Draft | undefined;
  /** Syntax only: what the rules mean is for the server to check. */
  readonly mistakes: readonly TextMistake[];
  /** Why the form cannot edit this text though it can be read. */
  readonly formless: string | undefined;
}

const yamlOptions = { lineWidth: 0, flowCollectionPadding: true } as const;

/** Text of a YAML document as these pages write it: `{ a: 1 }`, but `[a, b]`. */
export function written(document: Document): string {
  const text = document.toString(yamlOptions);
  const spaces = new Set<number>();
  visit(parseDocument(text), {
    Seq: (_key, { flow, range, items }) => {
      if (flow !== true || !range || items.length === 0) return;
      const [start, end] = range;
      if (text[start + 1] === ' ') spaces.add(start + 1);
      if (text[end - 2] === ' ') spaces.add(end - 2);
    },
  });
  return without(text, spaces);
}

function without(text: string, places: ReadonlySet<number>): string {
  let kept = '';
  let from = 0;
  for (const place of [...places].toSorted((one, other) => one - other)) {
    kept += text.slice(from, place);
    from = place + 1;
  }
  return kept + text.slice(from);
}

const isMapValue = (value: unknown): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads the text as far as syntax goes. Throws nothing. */
export function readText(text: string): ReadText {
  const counter = new LineCounter();
  const document = parseDocument(text, { lineCounter: counter });
  const mistakes = document.errors.map(({ message, pos }) => {
    const { line, col } = counter.linePos(pos[0]);
    const [first = ''] = message.split('\n', 1);
    const said = first.replace(/( at line \d+, column \d+)?:?$/, '');
    return { message: `This is not YAML: ${said}.`, line: Math.max(1, line), column: Math.max(1, col) };
  });
  if (mistakes.length > 0) return { draft: undefined, mistakes, formless: undefined };
  const value = dataOf(document);
  if (!isMapValue(value)) {
    const message = 'A policy is a list of keys with values, such as "name: pdp".';
    return { draft: undefined, mistakes: [{ message, line: 1, column: 1 }], formless: undefined };
  }
  return { draft: value, mistakes, formless: hasAliases(document) ? aliasWords : undefined };
}

const aliasWords = 'It uses anchors (&) or aliases (*), which the form cannot keep. Edit it as YAML.';

function dataOf(document: Document): unknown {
  try {
    return document.toJS();
  } catch {
    // Aliases that multiply without end.
    return undefined;
  }
}

function hasAliases(document: Document): boolean {
  let found = false;
  visit(document, {
    Alias: () => {
      found = true;
      return visit.BREAK;
    },
    Node: (_key, node) => {
      if (!isAlias(node) && node.anchor !== undefined) found = true;
    },
  });
  return found;
}

/**
 * The text that says `draft`, with the comments, the order and, where nothing changed, the very spacing of `text`. The text must be
 * readable.
 */
export function withDraft(text: string, draft: Draft): string {
  const before = written(parseDocument(text));
  const document = parseDocument(text);
  document.contents = reconcile(document, document.contents, draft) as typeof document.contents;
  const after = written(document);
  return keepWritten(text, before, after);
}

export interface TextChange {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

/** The one stretch in which two texts differ, so that an editor keeps cursor and undo; undefined where they do not. */
export function changeBetween(before: string, after: string): TextChange | undefined {
  if (before === after) return undefined;
  const most = Math.min(before.length, after.length);
  let start = 0;
  while (start < most && before[start] === after[start]) start++;
  let end = 0;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from: start, to: before.length - end, insert: after.slice(start, after.length - end) };
}
