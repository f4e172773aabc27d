// The file of experiments that `serve` and `query` are given.

import type { Server } from '../http/server.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Assignments } from '../policy/experiments/assign.ts';
import type { ExperimentsDocument } from '../policy/experiments/document.ts';

export interface ExperimentsFile {
  readonly document: ExperimentsDocument;
  /** What it assigns among these policies. Throws `experiments_invalid` where it names another. */
  check(policies: readonly PolicyDocument[]): Assignments;
  /** Reads the file again and has the server go by it. Throws what reading throws, and `experiments_invalid`. */
  readAgain(server: Server | undefined): void;
}

/** Reads the file; undefined where none is given. Throws `input_missing` and `experiments_invalid`. */
export async function openExperiments(file: string | undefined): Promise<ExperimentsFile | undefined> {
  if (file === undefined) return undefined;
  const { checkServed, readExperiments } = await import('../policy/experiments/parse.ts');
  const { Assignments } = await import('../policy/experiments/assign.ts');
  const document = readExperiments(file);
  return {
    document,
    check(policies) {
      const names = policies.map(({ name }) => name);
      checkServed(document, names);
      return new Assignments(document, names);
    },
    readAgain: (server) => server?.assign(readExperiments(file)),
  };
}
