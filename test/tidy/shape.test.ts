// Things that are written in two places must agree, and files stay short enough to read.

import { describe, expect, it } from 'vitest';
import { errorTable, isErrorCode } from '../../src/base/errors.ts';
import { limits } from '../../src/base/limits.ts';
import { filesBelow, read } from './sources.ts';

describe('the two native builds', () => {
  it('compile the same sources, and all of them', () => {
    const cmake = [...read('CMakeLists.txt').matchAll(/^\s+(native\/\S+\.cc)$/gm)].map((m) => m[1] ?? '');
    const gyp = [...read('binding.gyp').matchAll(/"(native\/\S+\.cc)"/g)].map((m) => m[1] ?? '');
    const onDisk = filesBelow('native', /\.cc$/).filter((file) => !/_(test|fuzz)\.cc$/.test(file));
    expect(gyp.toSorted()).toEqual(cmake.toSorted());
    expect(cmake.toSorted()).toEqual(onDisk);
  });
});

describe('errors', () => {
  it('native codes are codes of the table', () => {
    const names = [...read('native/core/base/status.h').matchAll(/return "(\w+)";/g)].map((m) => m[1]);
    const enumerators = [...read('native/core/base/status.h').matchAll(/^ {2}k\w+,$/gm)];
    expect(names.length).toBe(enumerators.length + 1);
    expect(names.filter((name) => name !== 'ok' && !isErrorCode(name))).toEqual([]);
  });

  it('every code is raised somewhere', () => {
    const code = [...filesBelow('src', /\.ts$/), 'native/core/base/status.h']
      .filter((file) => file !== 'src/base/errors.ts')
      .map(read)
      .join('\n');
    expect(errorTable().filter((row) => !new RegExp(`['"]${row.code}['"]`).test(code))).toEqual([]);
  });

  it('docs/errors.md is the table', async () => {
    const rows = errorTable().map(({ code, status, meaning }) => `| \`${code}\` | ${status} | ${meaning} |`);
    const text = `# Errors\n\nEvery error carries a stable code: in the terminal as \`[code]\`, over HTTP as the \`code\` of an\n\`application/problem+json\` body with the status below.\n\n| code | HTTP status | meaning |\n|---|---|---|\n${rows.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot('../../docs/errors.md');
  });
});

describe('limits', () => {
  it('defaults lie within their bounds', () => {
    const wrong = Object.entries(limits).filter(([, l]) => !(l.min <= l.default && l.default <= l.max));
    expect(wrong).toEqual([]);
  });

  it('docs/limits.md is the table', async () => {
    const rows = Object.entries(limits).map(
      ([name, l]) => `| \`${name}\` | ${l.unit} | ${l.default} | ${l.min} | ${l.max} | ${l.about} |`,
    );
    const text = `# Limits\n\nEvery bound of Sepet: the command line, the HTTP API and the policy documents check against this table.\n\n| name | unit | default | least | most | what it bounds |\n|---|---|---|---|---|---|\n${rows.join('\n')}\n`;
    await expect(text).toMatchFileSnapshot('../../docs/limits.md');
  });
});

describe('files', () => {
  it('stay under 400 lines', () => {
    const long = ['src', 'ui', 'native', 'test', 'bench', 'loadtest', 'scripts']
      .flatMap((folder) => filesBelow(folder, /\.(ts|js|cc|h)$/))
      .map((file) => ({ file, lines: read(file).split('\n').length }))
      .filter(({ lines }) => lines > 400);
    expect(long).toEqual([]);
  });

  it('every TypeScript folder avoids escape hatches', () => {
    const escapes = ['src', 'ui', 'bench', 'loadtest', 'test']
      .flatMap((folder) => filesBelow(folder, /\.ts$/))
      .filter((file) => file !== 'test/tidy/shape.test.ts')
      .filter((file) => /@ts-ignore|@ts-nocheck|\bas any\b|: any\b/.test(read(file)));
    expect(escapes).toEqual([]);
  });
});
