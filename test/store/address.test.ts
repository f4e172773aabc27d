// Addresses of stores: what they mean, and that no text at all does worse than a clear error.

import { resolve } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open.ts';
import { codeOf } from './count.ts';

describe('store addresses', () => {
  it.each([
    ['/srv/sepet', 'file:///srv/sepet'],
    ['./store', `file://${resolve('store')}`],
    ['..', `file://${resolve('..')}`],
    ['file:store', `file://${resolve('store')}`],
    ['file:/srv/a b', 'file:///srv/a%20b'],
    ['file:///srv/a%20b', 'file:///srv/a%20b'],
    ['s3://bucket', 's3://bucket/'],
    ['s3://my.bucket-1/team/sepet/', 's3://my.bucket-1/team/sepet/'],
    ['s3://bucket/team?region=eu-central-1', 's3://bucket/team/?region=eu-central-1'],
    [
      's3://bucket?pathStyle=true&endpoint=http://localhost:9000',
      's3://bucket/?endpoint=http://localhost:9000&pathStyle=true',
    ],
    ['s3://bucket?endpoint=https%3A%2F%2Fs3.example.com%2F', 's3://bucket/?endpoint=https://s3.example.com'],
  ])('%s', (address, url) => {
    expect(openStore(address).url).toBe(url);
  });

  it.each([
    ['', 'neither a folder nor'],
    ['store', 'neither a folder nor'],
    ['file:', 'neither a folder nor'],
    ['https://bucket', 'neither a folder nor'],
    ['file://host/srv', 'is not a file URL'],
    ['/srv/\0', 'holds a zero byte'],
    ['s3://', 'names no bucket'],
    ['s3://B', 'names no bucket'],
    ['s3://key:secret@bucket', 'has credentials in it'],
    ['s3://bucket/a//b', 'has a prefix that'],
    ['s3://bucket/../b', 'has a prefix that'],
    ['s3://bucket?endpont=http://localhost', '(did you mean "endpoint"?). Stores'],
    ['s3://bucket?region=eu&region=us', 'says region twice'],
    ['s3://bucket?endpoint=localhost:9000', 'has an endpoint that is not'],
    ['s3://bucket?endpoint=ftp://localhost', 'has an endpoint that is not'],
    ['s3://bucket?endpoint=http://a:b@localhost', 'has credentials in its endpoint'],
    ['s3://bucket?pathStyle=yes', 'neither true nor false'],
    ['s3://bucket?region=eu%20central', 'has a region that cannot be one'],
  ])('%j is refused', (address, why) => {
    expect(() => openStore(address)).toThrow(why);
    expect(() => openStore(address)).toThrow(/Stores look like /);
  });

  it.each([
    's3://key:secret@bucket',
    's3://bucket?endpoint=http://key:secret@localhost',
    's3://bucket?endpoint=http%3A%2F%2Fkey%3Asecret%40localhost',
  ])('show no secret that was put in %s', (address) => {
    expect(() => openStore(address)).toThrow(/^The store address has credentials (?!.*secret)/);
  });

  it('are a store or store_invalid, whatever they are', () => {
    const piece = fc.constantFrom(
      's3://',
      'file:',
      '//',
      '/',
      './',
      'bucket',
      '?',
      '&',
      '=',
      'endpoint',
      'http://h:1',
      '%',
      '%2e',
      '..',
      '@',
      ':',
      '#',
      '\0',
      'pathStyle',
      'true',
      'region',
      ' ',
    );
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.oneof(piece, fc.string({ maxLength: 4 })), { maxLength: 12 })
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (address) => {
        try {
          expect(openStore(address).url).toMatch(/^(file:\/\/\/|s3:\/\/)/);
        } catch (error) {
          expect(codeOf(error)).toBe('store_invalid');
        }
      }),
      { numRuns: 5000 },
    );
  });
});

describe('store keys', () => {
  it('stay within the folder, whatever they are', async () => {
    const store = openStore('/nowhere/sepet-keys');
    const piece = fc.constantFrom('..', '.', '/', '\\', 'a', '%2e', '\0', '//', '.sepet', 'é', ' ', '-', '_');
    const text = fc.oneof(
      fc.string(),
      fc.array(piece, { maxLength: 8 }).map((parts) => parts.join('')),
    );
    const plain = /^[\w-][\w.-]*(\/[\w-][\w.-]*)*$/;
    await fc.assert(
      fc.asyncProperty(text, async (key) => {
        const code = await store.read(key).then(() => undefined, codeOf);
        expect(code).toBe(plain.test(key) ? 'store_unreachable' : 'argument_invalid');
      }),
      { numRuns: 3000 },
    );
  });
});
