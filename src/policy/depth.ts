// How deep YAML text is nested, found out before it is read: the parser calls itself a level, and V8 ends the whole process
// where a regular expression is compiled at the end of the stack.

import { type CST, Parser } from 'yaml';

/** The tokens right below one. */
function below(token: CST.Token): CST.Token[] {
  const found: CST.Token[] = [];
  if ('value' in token && typeof token.value === 'object') found.push(token.value);
  if ('items' in token)
    for (const { key, value } of token.items) {
      if (key) found.push(key);
      if (value) found.push(value);
    }
  return found;
}

/** Whether lists and maps stand within each other more than so many levels. */
export function isDeeper(text: string, levels: number): boolean {
  // A document is a level of its own.
  let tokens = [...new Parser().parse(text)];
  for (let depth = 0; tokens.length > 0; depth++) {
    if (depth > levels + 1) return true;
    tokens = tokens.flatMap(below);
  }
  return false;
}
