// A YAML library writes a document anew in its own spacing. Here, what did not change keeps the spacing that its author gave it.

import { isMap, isNode, isSeq, parseDocument } from 'yaml';
import { isSame } from '../../kit/rules/overrides.ts';
import { commonOf } from './line-diff.ts';

/** The text in pieces: what stands before the first key, each key of the policy, each item of a list in block style. */
function chunksOf(text: string): readonly string[] {
  const { contents } = parseDocument(text);
  const starts = new Set([0]);
  const add = (offset: number | undefined): void => {
    if (offset !== undefined) starts.add(withComments(text, offset));
  };
  if (isMap(contents) && contents.flow !== true)
    for (const { key, value } of contents.items) {
      add(isNode(key) ? key.range?.[0] : undefined);
      if (!isSeq(value) || value.flow === true) continue;
      for (const item of value.items) add(isNode(item) ? item.range?.[0] : undefined);
    }
  const sorted = [...starts].sort((one, other) => one - other);
  return sorted.map((start, index) => text.slice(start, sorted[index + 1]));
}

/** The beginning of the line, or of the comments that stand right above it. */
function withComments(text: string, offset: number): number {
  let start = text.lastIndexOf('\n', offset - 1) + 1;
  while (start > 0) {
    const above = text.lastIndexOf('\n', start - 2) + 1;
    if (!text.slice(above, start).trimStart().startsWith('#')) break;
    start = above;
  }
  return start;
}

/**
 * `after` with the spacing of `text`, where `before` is `text` in the library's spacing: pieces that are equal in `before` and `after` are
 * taken from `text`.
 */
export function keepWritten(text: string, before: string, after: string): string {
  const [own, old, fresh] = [chunksOf(text), chunksOf(before), chunksOf(after)];
  if (own.length !== old.length) return after;
  const common = new Map(commonOf(old, fresh).map((same) => [same.after, same.before]));
  // What went elsewhere as a whole is still written as it was.
  const movable = new Map(old.map((chunk, index) => [chunk, index]));
  const merged = fresh
    .map((chunk, index) => {
      const kept = common.get(index) ?? movable.get(chunk);
      const piece = kept === undefined ? chunk : (own[kept] ?? chunk);
      return piece.endsWith('\n') || index === fresh.length - 1 ? piece : `${piece}\n`;
    })
    .join('');
  return saysTheSame(merged, after) ? merged : after;
}

const commentsOf = (text: string): number => text.match(/#/g)?.length ?? 0;

function saysTheSame(one: string, other: string): boolean {
  const [first, second] = [parseDocument(one), parseDocument(other)];
  if (first.errors.length > 0 || commentsOf(one) !== commentsOf(other)) return false;
  return isSame(first.toJS(), second.toJS());
}
