// Before anything is timed: are the answers right? The server's JSON must equal the output of `sepet query`,
// run as a process of its own, byte for byte; its MessagePack must decode to the same value.

import { execFile } from 'node:child_process';
import { isDeepStrictEqual, promisify } from 'node:util';
import { unpack } from 'msgpackr';
import type { LoadOptions } from './options.ts';
import { LoadError, sepetCommand } from './server.ts';

export interface CheckReport {
  /** Answers compared, JSON and MessagePack each counted. */
  readonly compared: number;
  /** One sentence for each answer that differs. */
  readonly differences: string[];
}

/** The same question in the two languages: a query string and `sepet query`'s options. */
const questions: readonly (readonly [query: string, flags: readonly string[]])[] = [
  ['', []],
  ['?limit=25&fields=all', ['--limit', '25', '--fields', 'all']],
];

/** Compares the server's answers for the products with the command's. */
export async function checkAnswers(
  url: string,
  products: readonly string[],
  options: LoadOptions,
): Promise<CheckReport> {
  const differences: string[] = [];
  let compared = 0;
  for (const [query, flags] of questions) {
    const expected = await askCommand(products, flags, options);
    for (const [i, product] of products.entries()) {
      const path = `${url}/v1/products/${encodeURIComponent(product)}/bought-together${query}`;
      const want = expected[i] ?? '';
      const json = await get(path, 'application/json');
      const packed = await get(path, 'application/vnd.msgpack');
      if (json.toString() !== want)
        differences.push(`${path}\n  JSON:    ${json.toString()}\n  command: ${want}`);
      else if (!isDeepStrictEqual(unpack(packed), JSON.parse(want)))
        differences.push(`${path}\n  MessagePack: ${JSON.stringify(unpack(packed))}\n  command:     ${want}`);
      compared += 2;
    }
  }
  return { compared, differences };
}

async function get(url: string, accept: string): Promise<Buffer> {
  const response = await fetch(url, { headers: { accept } });
  return Buffer.from(await response.arrayBuffer());
}

async function askCommand(
  products: readonly string[],
  flags: readonly string[],
  { artifact, policy }: LoadOptions,
): Promise<string[]> {
  const policyFlags = policy === undefined ? [] : ['--policy', policy];
  const given = [sepetCommand, 'query', artifact, '--json', ...policyFlags, ...flags, '--', ...products];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, given, { maxBuffer: 2 ** 28 });
    return stdout.trimEnd().split('\n');
  } catch (cause) {
    throw new LoadError(`\`sepet query\` failed: ${cause instanceof Error ? cause.message : cause}`, {
      cause,
    });
  }
}
