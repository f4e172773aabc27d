import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { nativeInfo } from '../../src/native/index.ts';
import { addonPath } from './helpers.ts';

const root = new URL('../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

test('the addon says which arithmetic it runs on', () => {
  const { kernel, kernels, version } = nativeInfo();
  expect(kernels[0]).toBe('scalar');
  expect(kernels).toContain(kernel);
  expect(version).toBe(JSON.parse(read('package.json')).version);
});

test('SEPET_KERNEL picks a kernel, and an unknown one is an error that names those there are', () => {
  const run = (kernel: string): string =>
    execFileSync(
      process.execPath,
      [
        '-e',
        `try { console.log(require(${JSON.stringify(addonPath)}).nativeInfo().kernel) } catch (e) { console.log(e.code, e.message) }`,
      ],
      { env: { ...process.env, SEPET_KERNEL: kernel }, encoding: 'utf8' },
    ).trim();
  expect(run('scalar')).toBe('scalar');
  expect(run('')).toBe(nativeInfo().kernels.at(-1));
  expect(run('sse9')).toMatch(/^argument_invalid .*sse9.*scalar/);
});
