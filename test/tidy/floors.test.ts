// The floors of ARCHITECTURE.md: imports run downward only, siblings do not import each other, each door is one.

import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesBelow, importsOf, read } from './sources.ts';

const floors: Record<string, number> = {
  base: 2,
  policy: 3,
  catalog: 3,
  features: 3,
  artifact: 3,
  native: 3,
  tables: 3,
  store: 3,
  recommend: 4,
  training: 4,
  dataprep: 4,
  events: 4,
  tracking: 4,
  pool: 5,
  client: 5,
  releases: 5,
  http: 6,
  cli: 7,
};

/** Packages with one door: the folder that alone may import them. */
const doors: Record<string, string> = {
  '@duckdb/node-api': 'src/tables',
  'uWebSockets.js': 'src/http',
  'uWebSockets.js-next': 'src/http',
  piscina: 'src/pool',
  'prom-client': 'src/http',
  commander: 'src/cli',
  pino: 'src/http',
  '@aws-sdk/client-s3': 'src/store',
  'onnxruntime-node': 'src/pool',
};

/** What the lowest floor of TypeScript may take from npm. */
const allowedInBase = new Set(['fastest-levenshtein']);

const sources = filesBelow('src', /\.ts$/);
const folderOf = (file: string): string => file.split('/')[1] ?? '';
const isRelative = (specifier: string): boolean => specifier.startsWith('.');

/** One complaint for each import of `file` that `rule` objects to. */
function complaints(rule: (file: string, specifier: string) => boolean): string[] {
  return sources.flatMap((file) =>
    importsOf(file)
      .filter((specifier) => rule(file, specifier))
      .map((specifier) => `${file} imports ${specifier}`),
  );
}

describe('floors', () => {
  it('every folder of src has its floor', () => {
    expect([...new Set(sources.map(folderOf))].filter((folder) => floors[folder] === undefined)).toEqual([]);
  });

  it('imports run downward only', () => {
    const climbs = (file: string, specifier: string): boolean => {
      if (!isRelative(specifier)) return false;
      const target = join(dirname(file), specifier);
      if (!target.startsWith('src/')) return !target.endsWith('package.json');
      const [from, to] = [folderOf(file), folderOf(target)];
      return from !== to && (floors[to] ?? 99) >= (floors[from] ?? 0);
    };
    expect(complaints(climbs)).toEqual([]);
  });

  it('each library with one door is imported there alone', () => {
    const bypasses = (file: string, specifier: string): boolean => {
      const door = doors[specifier];
      return door !== undefined && !file.startsWith(`${door}/`);
    };
    expect(complaints(bypasses)).toEqual([]);
  });

  it('the lowest floor stands on node builtins', () => {
    const leans = (file: string, specifier: string): boolean =>
      folderOf(file) === 'base' &&
      !isRelative(specifier) &&
      !specifier.startsWith('node:') &&
      !allowedInBase.has(specifier);
    expect(complaints(leans)).toEqual([]);
  });

  it('loadtest and the pages speak HTTP only', () => {
    const outside = [...filesBelow('loadtest', /\.ts$/), ...filesBelow('ui', /\.ts$/)];
    const inward = outside.flatMap((file) =>
      importsOf(file)
        .filter((specifier) => specifier.startsWith('.') && join(dirname(file), specifier).startsWith('src/'))
        .map((specifier) => `${file} imports ${specifier}`),
    );
    expect(inward).toEqual([]);
  });
});

describe('native floors', () => {
  const includesOf = (file: string): string[] =>
    [...read(file).matchAll(/#include\s+[<"]([^>"]+)[>"]/g)].map((match) => match[1] ?? '');
  const core = filesBelow('native/core', /\.(cc|h)$/);

  it('one file includes napi.h', () => {
    const includers = filesBelow('native', /\.(cc|h)$/).filter((file) =>
      includesOf(file).some((include) => /napi\.h$|node_api\.h$/.test(include)),
    );
    expect(includers).toEqual(['native/binding/node.h']);
  });

  it('the core includes only itself, the standard library and the system', () => {
    const strays = core.flatMap((file) =>
      includesOf(file)
        .filter((include) => include.includes('binding/') || /napi|node|uv\.h|v8/.test(include))
        .map((include) => `${file} includes ${include}`),
    );
    expect(strays).toEqual([]);
  });

  it('the core throws nothing', () => {
    const code = (file: string): string => read(file).replace(/\/\/.*$/gm, '');
    // Tests may stand in for the allocator, which does.
    const shipped = core.filter((file) => !file.endsWith('_test.cc'));
    expect(shipped.filter((file) => /\bthrow\b/.test(code(file)))).toEqual([]);
  });
});
