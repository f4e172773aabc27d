// Runs a page of docs/ as a reader would: its `sh` blocks one after the other in one shell, each `text` block compared with
// what the block before it printed. `…` in a page stands for whatever is printed there.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { freePort } from '../ports.ts';

export interface Block {
  /** What is typed. */
  readonly script: string;
  /** What the page says that it prints, where it says so. */
  readonly expected?: string;
  /** Where it begins in the page. */
  readonly line: number;
}

const root = fileURLToPath(new URL('../../', import.meta.url));

/** The blocks of a page in their order. */
export function blocksOf(page: string): Block[] {
  const text = readFileSync(join(root, page), 'utf8');
  const blocks: Block[] = [];
  for (const { 1: kind, 2: body = '', index } of text.matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm)) {
    const last = blocks.at(-1);
    if (kind === 'sh') blocks.push({ script: body, line: text.slice(0, index).split('\n').length });
    else if (kind === 'text' && last !== undefined) blocks.splice(-1, 1, { ...last, expected: body });
  }
  return blocks;
}

/** The pattern of an expected output: blanks at line ends do not count, `…` is anything, lines of `…` alone any lines. */
export function patternOf(expected: string): RegExp {
  const lines = expected.trimEnd().split('\n');
  const escaped = lines.map((line) =>
    line
      .trimEnd()
      .split('…')
      .map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&').replace(/ {2,}/g, ' +'))
      .join('[^\\n]*'),
  );
  const joined = escaped.map((line) => (line === '[^\\n]*' ? '[\\s\\S]*?' : `${line} *`)).join('\\n');
  return new RegExp(`^${joined}$`);
}

/** One shell in `folder` that knows `sepet`. */
export class Shell {
  readonly #bash: ChildProcessWithoutNullStreams;
  #out = '';
  #log = '';

  constructor(folder: string) {
    const bin = join(folder, '.bin');
    mkdirSync(bin);
    symlinkSync(join(root, 'bin/sepet.js'), join(bin, 'sepet'));
    const env = {
      ...process.env,
      PATH: `${bin}${delimiter}${process.env.PATH}`,
      XDG_CACHE_HOME: join(folder, '.cache'),
    };
    this.#bash = spawn('bash', ['-e', '-o', 'pipefail'], { cwd: folder, env, stdio: 'pipe' });
    this.#bash.stdout.on('data', (chunk) => {
      this.#out += chunk;
    });
    this.#bash.stderr.on('data', (chunk) => {
      this.#log += chunk;
    });
  }

  /** Runs a script to its end and returns what it printed. Throws, with what it complained of, where a command fails. */
  async run(script: string): Promise<string> {
    const end = '__end_of_block__';
    this.#out = '';
    this.#bash.stdin.write(`${script}\necho ${end}\n`);
    while (!this.#out.endsWith(`${end}\n`)) {
      if (this.#bash.exitCode !== null)
        throw new Error(
          `The shell ended with ${this.#bash.exitCode}.\n${this.#out}\n${this.#log.slice(-3000)}`,
        );
      const heard = new AbortController();
      const { signal } = heard;
      await Promise.race([once(this.#bash.stdout, 'data', { signal }), once(this.#bash, 'exit', { signal })]);
      heard.abort();
    }
    return this.#out.slice(0, -end.length - 1);
  }

  /** Ends the shell and everything that it left running. */
  async close(): Promise<void> {
    if (this.#bash.exitCode !== null) return;
    const ended = once(this.#bash, 'exit');
    this.#bash.stdin.end('\nkill $(jobs -p) 2>/dev/null || true\nwait\nexit 0\n');
    await ended;
  }
}

export interface Typing {
  /** The port that the page uses; a free one stands in for it. */
  readonly port?: number;
  /** Fewest blocks whose output the page foretells: a page that has lost them tests nothing. */
  readonly foretold: number;
  /** Makes what the page takes for granted in its folder; returns what else stands for what. */
  readonly prepare?: (folder: string) => Promise<Readonly<Record<string, string>>>;
}

/** Commands that pages use and a machine may lack; `sepet` itself needs none of them. */
const commands = ['bash', 'curl', 'openssl'];

function lacking(blocks: readonly Block[]): string[] {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return commands
    .filter((name) => name === 'bash' || blocks.some(({ script }) => script.includes(name)))
    .filter((name) => !folders.some((folder) => existsSync(join(folder, name))));
}

/**
 * Tests that type a page in, in a folder of its own, from beginning to end. Returns the folder. Skips with a word where the
 * machine lacks what the page uses.
 */
export function typedIn(page: string, { port, foretold, prepare }: Typing): string {
  const folder = mkdtempSync(join(tmpdir(), 'sepet-page-'));
  const blocks = blocksOf(page);
  const lacks = lacking(blocks);
  if (lacks.length > 0)
    process.stderr.write(`${page} is not typed in: there is no ${lacks.join(', no ')}.\n`);
  let shell: Shell | undefined;
  let stands: Readonly<Record<string, string>> = {};
  const local = (text: string): string =>
    Object.entries(stands).reduce((said, [from, to]) => said.replaceAll(from, to), text);

  beforeAll(async () => {
    stands = {
      ...(port !== undefined && { [String(port)]: String(await freePort()) }),
      ...(await prepare?.(folder)),
    };
    if (lacks.length === 0) shell = new Shell(folder);
  });

  afterAll(async () => {
    await shell?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('has something to run', () => {
    expect(blocks.filter(({ expected }) => expected !== undefined).length).toBeGreaterThanOrEqual(foretold);
  });

  for (const { script, expected, line } of blocks)
    it.skipIf(lacks.length > 0)(`line ${line}: ${script.split('\n')[0]}`, async () => {
      const printed = ((await shell?.run(local(script))) ?? '').trimEnd();
      const plain = printed.replace(/ +$/gm, '');
      if (expected !== undefined) expect(plain).toMatch(patternOf(local(expected)));
    });
  return folder;
}
