// Percent-decoding, strictly: what is not valid UTF-8 is an error rather than a replacement character that
// would then be "not found".

import { SepetError } from '../base/errors.ts';

function decode(text: string, what: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new SepetError('url_invalid', `The ${what} is not percent-encoded UTF-8.`);
  }
}

/** One path segment, such as a product id. Throws `url_invalid`. */
export function decodeSegment(text: string): string {
  return text.includes('%') ? decode(text, 'name in the path') : text;
}

/** A query string's pairs in order; `+` is a space and a name alone has the value ''. Throws `url_invalid`. */
export function* queryPairs(query: string): Generator<[name: string, value: string]> {
  for (const pair of query.split('&')) {
    if (pair === '') continue;
    const plain = pair.replaceAll('+', ' ');
    const equals = plain.indexOf('=');
    const name = equals === -1 ? plain : plain.slice(0, equals);
    const value = equals === -1 ? '' : plain.slice(equals + 1);
    yield [decode(name, 'query string'), decode(value, 'query string')];
  }
}
