// One request of a load, and its bytes.

export interface LoadRequest {
  readonly method: 'GET' | 'POST';
  /** Path and query string. A `freshMark` in it is replaced by a number that no other request has. */
  readonly path: string;
  readonly body?: string;
}

/** Ten places, as many as the numbers that replace it have: the length of a body does not change. */
export const freshMark = '##########';
const firstFresh = 1_000_000_000;
/** The server takes seeds up to 2^32 - 1. */
const freshNumbers = 3_294_967_295;

/** The nth number that replaces a `freshMark`. */
export const freshNumber = (n: number): string => String(firstFresh + (n % freshNumbers));

export const acceptTypes = { json: 'application/json', msgpack: 'application/vnd.msgpack' } as const;

/** The bytes of a request as latin1 text, still with its `freshMark`. Throws where a path is not ASCII. */
export function wireText(
  { method, path, body }: LoadRequest,
  { host, accept }: { host: string; accept: keyof typeof acceptTypes },
): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${host}`, `Accept: ${acceptTypes[accept]}`];
  if (body === undefined) return `${lines.join('\r\n')}\r\n\r\n`;
  const bytes = Buffer.from(body);
  lines.push('Content-Type: application/json', `Content-Length: ${bytes.length}`);
  return `${lines.join('\r\n')}\r\n\r\n${bytes.toString('latin1')}`;
}

/** Gives one request after the other as bytes, round and round, each fresh one with a number of its own. */
export function wireSource(texts: readonly string[], firstNumber: number): () => Buffer {
  const parts = texts.map((text) => {
    const mark = text.indexOf(freshMark);
    return mark === -1
      ? { whole: Buffer.from(text, 'latin1') }
      : { head: text.slice(0, mark), tail: text.slice(mark + freshMark.length) };
  });
  let [turn, number] = [0, firstNumber];
  return () => {
    const part = parts[turn];
    turn = turn + 1 === parts.length ? 0 : turn + 1;
    if (part === undefined) throw new Error('There are no requests to send.');
    if (part.whole !== undefined) return part.whole;
    return Buffer.from(`${part.head}${freshNumber(number++)}${part.tail}`, 'latin1');
  };
}
