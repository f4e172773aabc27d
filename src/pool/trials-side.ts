// The side of the thread of trials: it answers by releases that the server does not serve, and looks at policies that somebody
// is writing. It has a few of them open, the last ones asked for, and lets go of artifacts that no label points at any more.

import { move } from 'piscina';
import { collectGarbage } from '../base/garbage.ts';
import { limits } from '../base/limits.ts';
import { catalogMistakes } from '../policy/compile.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { policyHash } from '../policy/hash.ts';
import { mistake, type PolicyMistake } from '../policy/mistakes.ts';
import { inspectPolicy, inspectValue, type Read } from '../policy/parse.ts';
import { conflicts } from '../policy/set.ts';
import { type Answering, answerBatch, failureOf, type Job, type JobFailure } from './answers.ts';
import type { Version } from './version.ts';
import type { Opener, PolicyWorld } from './versions.ts';

interface Call {
  readonly version: Version;
  /** Artifacts that may be asked for again, by id. */
  readonly artifacts: readonly string[];
}

export interface TrialBatch extends Call {
  readonly jobs: readonly Job[];
}

export interface PolicyQuestion extends Call {
  /** YAML or JSON text, or what was read from such. */
  readonly policy: unknown;
  /** The policies that it is to be served with; one of its name is the one that it replaces. */
  readonly others: readonly PolicyDocument[];
}

/** A policy that fits the version, or all that is wrong with it. */
export type Inspected =
  | { readonly document: PolicyDocument; readonly hash: string; readonly mistakes?: never }
  | { readonly mistakes: readonly PolicyMistake[] };

/** The functions that Piscina calls by name. */
export interface TrialSide {
  /** As a worker answers; what keeps the version from being opened is each answer's failure. */
  answer(batch: TrialBatch): ArrayBuffer;
  inspect(question: PolicyQuestion): Inspected | { readonly failure: JobFailure };
}

export interface TrialOpener extends Opener<Answering> {
  worldOf(version: Version): PolicyWorld;
}

/** What a policy that is only text is called in messages. */
const nameless = 'policy';

/** A document against the artifact and the policies beside it. */
function inspect(read: Read, worldOf: () => PolicyWorld, others: readonly PolicyDocument[]): Inspected {
  if ('mistakes' in read) return read;
  const { document } = read;
  const { catalog, holdings } = worldOf();
  const beside = others.filter(({ name }) => name !== document.name);
  const claimed = conflicts([...beside, document]).filter((one) => one.document === document);
  const mistakes = [
    ...catalogMistakes(document, catalog, holdings),
    ...claimed.map(({ said }) => mistake(document.origin, ['placement'], `cannot be: ${said}`)),
  ].sort((a, b) => (a.line ?? 0) - (b.line ?? 0));
  return mistakes.length > 0 ? { mistakes } : { document, hash: policyHash(document) };
}

/** The thread's side, with its own versions. */
export function trialSide(opener: TrialOpener): TrialSide {
  const open = new Map<number, { readonly version: Version; readonly opened: Answering }>();

  function openVersion(version: Version): Answering {
    const known = open.get(version.number);
    const opened = known?.opened ?? opener.open(version);
    open.delete(version.number);
    open.set(version.number, { version, opened });
    return opened;
  }

  /** Later, as whoever asked waits for the answer and not for this. */
  function tidyAfter({ version, artifacts }: Call): void {
    setImmediate(() => {
      const kept = new Set([version.artifact, ...artifacts]);
      for (const [number, { version: other }] of open)
        if (!kept.has(other.artifact) || open.size > limits.trialVersions.default) open.delete(number);
      if (opener.forgetOthers(kept)) void collectGarbage();
    });
  }

  return {
    answer(batch) {
      tidyAfter(batch);
      let opened: Answering;
      try {
        opened = openVersion(batch.version);
      } catch (error) {
        const draft = (): never => {
          throw error;
        };
        opened = { draft, write: draft, searchMs: () => 0 };
      }
      return move(answerBatch(opened, batch.jobs)) as ArrayBuffer;
    },
    inspect(question) {
      tidyAfter(question);
      const { policy, version, others } = question;
      try {
        const read = typeof policy === 'string' ? inspectPolicy(policy, nameless) : inspectValue(policy);
        return inspect(read, () => opener.worldOf(version), others);
      } catch (error) {
        return { failure: failureOf(error) };
      }
    },
  };
}
