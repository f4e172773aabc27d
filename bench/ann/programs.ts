// The C++ programs of the bench, built when they are asked for and only where something changed.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const require = createRequire(import.meta.url);

function findRoot(from: string): string {
  return existsSync(join(from, 'package.json')) ? from : findRoot(dirname(from));
}
/** The checkout, also where this file runs from dist/. */
export const root = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The folder of an installed package, or undefined. */
export function packageFolder(name: string): string | undefined {
  try {
    return findRoot(dirname(require.resolve(name)));
  } catch {
    return undefined;
  }
}

function run(command: string, args: readonly string[], cwd = root): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (error !== undefined) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
}

export interface Programs {
  /** Path of a program, or undefined where its library is not installed. */
  find(name: string): string | undefined;
}

/** The core's library that the addon was linked from, unless a source is newer. */
function builtCore(): string {
  const library = join(root, 'build/libsepet_core.a');
  if (!existsSync(library)) return '';
  const built = statSync(library).mtimeMs;
  const sources = readdirSync(join(root, 'native/core'), { recursive: true, encoding: 'utf8' });
  const newer = sources.some(
    (name) =>
      /(?<!_test|testing)\.(h|cc)$/.test(name) && statSync(join(root, 'native/core', name)).mtimeMs > built,
  );
  return newer ? '' : library;
}

/** Builds those of `names` whose libraries are there, in `folder`. Throws an Error with the compiler's words. */
export function buildPrograms(folder: string, names: ReadonlySet<string>): Programs {
  const bundled = packageFolder('hnswlib-node');
  const sources = bundled === undefined ? '' : join(bundled, 'src');
  const given = [`-DHNSWLIB_NODE=${sources}`, `-DSEPET_CORE=${builtCore()}`];
  run('cmake', ['-S', join(root, 'bench/ann/native'), '-B', folder, ...given]);
  const possible = readFileSync(join(folder, 'programs.txt'), 'utf8').split(';');
  const built = possible.filter((name) => names.has(name));
  run('cmake', ['--build', folder, '-j2', '--target', ...built]);
  return { find: (name) => (built.includes(name) ? join(folder, name) : undefined) };
}

/** Runs a program that ends by itself; the object that its last line holds. */
export function runProgram(command: string, args: readonly string[]): Record<string, unknown> {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd: root, encoding: 'utf8' });
  if (error !== undefined) throw new Error(`${command} could not be started: ${error.message}`);
  if (status !== 0) throw new Error(`${command} failed: ${stderr}`);
  const line = stdout.trim().split('\n').at(-1) ?? '';
  return line === '' ? {} : (JSON.parse(line) as Record<string, unknown>);
}

/** Node.js's own headers, where they were installed with it: without, node-gyp downloads them. */
function nodeHeaders(): string[] {
  const prefix = dirname(dirname(process.execPath));
  return existsSync(join(prefix, 'include/node/node_api.h')) ? [`--nodedir=${prefix}`] : [];
}

/** The addon of hnswlib-node, compiled by node-gyp where npm was told to run no scripts. Undefined or why it is missing. */
export function compileHnswlibNode(): string | undefined {
  const folder = packageFolder('hnswlib-node');
  if (folder === undefined) return 'npm package hnswlib-node is not installed';
  if (existsSync(join(folder, 'build/Release/addon.node'))) return undefined;
  try {
    run(process.execPath, [require.resolve('node-gyp/bin/node-gyp.js'), 'rebuild', ...nodeHeaders()], folder);
    return undefined;
  } catch (error) {
    return `hnswlib-node cannot be compiled here: ${error instanceof Error ? error.message.slice(0, 300) : error}`;
  }
}

/** Sources that only search: an index built before they changed is the same index. */
const searchOnly = /^(walk|search|scan|filter|frontier|rowset|hits|narrow|quantized|side)/;

/** Changes with the sources that build an index: one built by other code is built anew. */
export function builderDigest(): string {
  const hash = createHash('sha256');
  for (const folder of ['native/core/base', 'native/core/simd', 'native/core/hnsw'])
    for (const name of readdirSync(join(root, folder)).sort())
      if (/\.(h|cc)$/.test(name) && !name.endsWith('_test.cc') && !searchOnly.test(name))
        hash.update(name).update(readFileSync(join(root, folder, name)));
  return hash.digest('hex').slice(0, 8);
}
