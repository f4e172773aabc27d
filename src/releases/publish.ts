// Publishing: an artifact, policies or both become the release that a label points at. In this order: look and judge,
// upload, write the record, move the label. Whatever is cut off in between counts for nothing and is done again.

import { statSync } from 'node:fs';
import { SepetError } from '../base/errors.ts';
import { faultPoint } from '../base/faults.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { openArtifact } from '../recommend/artifact.ts';
import { sha256OfFile } from '../store/hash.ts';
import type { Store, TransferOptions } from '../store/store.ts';
import { type ArtifactPlaces, fetchArtifact } from './cache.ts';
import { readDeltaHead } from './deltas.ts';
import { type GateOutcome, mayForce, stops } from './gate.ts';
import { judgeArtifact, type Predecessor, policiesGate } from './gates.ts';
import {
  checkExpected,
  checkLabelName,
  type LabelEntry,
  movedMeanwhile,
  moveLabel,
  type Release,
  readLabel,
  sameRelease,
} from './label.ts';
import { knownPolicySet, type NamedPolicies, namePolicies, writePolicySet } from './policy-sets.ts';
import { putArtifact } from './put.ts';
import { artifacts, knownRecord, policySets, readRecord, useRecord } from './record.ts';
import { type Signature, signSubject, subjectOf } from './sign.ts';
import { defaultThresholds, type Thresholds } from './thresholds.ts';

export type Step = 'Hashing' | 'Downloading' | 'Uploading';

export interface PublishOptions {
  readonly label: string;
  /** Path of an artifact; where absent the label keeps its own. */
  readonly artifact?: string;
  /** Where absent the label keeps its own. */
  readonly policies?: readonly PolicyDocument[];
  readonly why: string;
  /** Whom it is done for; the process's own user where absent. */
  readonly by?: string;
  /** The revision that the label must be at. */
  readonly expected?: number;
  /** Where the label's artifact lies, or is put. */
  readonly places?: ArtifactPlaces;
  /** Why the gates that may be overruled are. */
  readonly force?: string;
  /** Ed25519 private key in PEM form: signs what is published. */
  readonly signKey?: string;
  readonly thresholds?: Partial<Thresholds>;
  readonly signal?: AbortSignal;
  readonly onProgress?: (step: Step, bytesDone: number, bytesTotal: number) => void;
}

export interface Published {
  readonly entry: LabelEntry;
  /** False where the label pointed there already. */
  readonly moved: boolean;
  readonly gates: readonly GateOutcome[];
}

/** The gates that stop a release, in an error. */
export class RefusedError extends SepetError {
  readonly gates: readonly GateOutcome[];

  constructor(label: string, gates: readonly GateOutcome[]) {
    const reasons = gates.filter(stops).map(({ gate, said }) => `${gate}: ${said}`);
    super(
      'release_refused',
      `The release is not let through, ${label} stays as it is. ${reasons.join('; ')}.`,
    );
    this.gates = gates;
  }
}

/** What is about to be published, looked at and let through. */
interface Judged {
  readonly gates: readonly GateOutcome[];
  readonly file?: { readonly path: string; readonly sha256: string; readonly isSame: () => boolean };
  readonly artifactId?: string;
}

/** A publish under way: the store, what was asked for, and where the label was when it began. */
interface Publishing {
  readonly store: Store;
  readonly options: PublishOptions;
  readonly before: LabelEntry | undefined;
}

const transfer = (
  { signal, onProgress, places }: PublishOptions,
  step: Step,
): TransferOptions & ArtifactPlaces => ({
  ...places,
  ...(signal && { signal }),
  ...(onProgress && { onProgress: (done: number, total: number) => onProgress(step, done, total) }),
});

/** Throws `release_refused` naming every gate that stops; the others that did not pass come back as forced. */
function letThrough(
  label: string,
  outcomes: readonly GateOutcome[],
  force: string | undefined,
): GateOutcome[] {
  const gates = outcomes.map((outcome) =>
    !outcome.passed && force !== undefined && mayForce(outcome.gate)
      ? { ...outcome, forced: true as const }
      : outcome,
  );
  if (gates.some(stops)) throw new RefusedError(label, gates);
  return gates;
}

/** What tells whether a file is still the one that was hashed. */
function fingerprint(path: string): string {
  const { ino, size, mtimeMs } = statSync(path);
  return `${ino} ${size} ${mtimeMs}`;
}

async function predecessor({ store, options, before }: Publishing): Promise<Predecessor | undefined> {
  const record = before?.artifact ? await readRecord(store, before.artifact) : undefined;
  if (record === undefined) return undefined;
  return {
    label: options.label,
    record,
    open: async () => openArtifact(await fetchArtifact(store, record, transfer(options, 'Downloading'))),
  };
}

/** Hashes the file and asks every gate. */
async function judgeFile(
  publishing: Publishing,
  path: string,
  documents: readonly PolicyDocument[],
): Promise<Judged & Required<Pick<Judged, 'file'>>> {
  const { store, options } = publishing;
  const { label, thresholds, force } = options;
  if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true)
    throw new SepetError('input_missing', `There is no file ${path}.`);
  const first = fingerprint(path);
  const sha256 = `sha256:${await sha256OfFile(path, transfer(options, 'Hashing'))}`;
  const { outcomes, artifact } = await judgeArtifact({
    path,
    bytes: statSync(path).size,
    documents,
    before: await predecessor(publishing),
    stream: (await readDeltaHead(store))?.head,
    thresholds: { ...defaultThresholds, ...thresholds },
  });
  const gates = letThrough(label, outcomes, force);
  return {
    gates,
    file: { path, sha256, isSame: () => fingerprint(path) === first },
    ...(artifact && { artifactId: artifact.id }),
  };
}

/** New policies for the artifact that the label has: they must fit it. */
async function judgePolicies(
  { store, options, before }: Publishing,
  documents: readonly PolicyDocument[],
): Promise<Judged> {
  const file = before?.artifact ?? null;
  const record = file === null ? undefined : await knownRecord(store, file);
  const path = record && (await fetchArtifact(store, record, transfer(options, 'Downloading')));
  const outcome = {
    gate: 'policies' as const,
    ...policiesGate(path ? openArtifact(path) : undefined, documents),
  };
  return { gates: letThrough(options.label, [outcome], options.force) };
}

/** The policies of the release to be: those given, else those that the label has. */
async function policiesOf({ store, options, before }: Publishing): Promise<NamedPolicies | undefined> {
  if (options.policies !== undefined) return namePolicies(options.policies);
  return before?.policies ? knownPolicySet(store, before.policies) : undefined;
}

async function putRelease(
  { store, options, before }: Publishing,
  judged: Judged,
  policies: NamedPolicies | undefined,
): Promise<Release> {
  const { signKey, force } = options;
  const signed = (subject: string): { signature?: Signature } =>
    signKey === undefined ? {} : { signature: signSubject(signKey, subject) };
  const release = {
    artifact: judged.file?.sha256 ?? before?.artifact ?? null,
    policies: policies?.name ?? null,
  };
  const { artifact } = release;
  if (judged.file !== undefined && artifact !== null) {
    await putArtifact(store, {
      ...judged.file,
      gates: judged.gates,
      ...(force !== undefined && judged.gates.some(({ forced }) => forced) && { forced: force }),
      ...signed(subjectOf('artifact', artifact)),
      transfer: transfer(options, 'Uploading'),
    });
  } else if (artifact !== null) await useRecord(store, artifacts, artifact);
  if (options.policies !== undefined && policies !== undefined)
    await writePolicySet(store, policies, {
      ...signed(subjectOf('policies', policies.name)),
      by: options.by,
    });
  else if (release.policies !== null) await useRecord(store, policySets, release.policies);
  faultPoint('publish:after-record');
  return release;
}

/**
 * Publishes to a label. Whoever is cut off calls it again: what is uploaded already is not uploaded twice.
 * Throws `release_refused` (a `RefusedError`), `label_conflict` where the label moved meanwhile, `input_missing`,
 * `input_unreadable` where the file changes meanwhile, `policy_invalid`, `key_invalid`, `store_conflict` where prune
 * is removing the same thing, `cancelled`, and what the store throws.
 */
export async function publish(store: Store, options: PublishOptions): Promise<Published> {
  const { label, why, by, force, signKey, artifact, expected } = options;
  checkLabelName(label);
  if (signKey !== undefined) signSubject(signKey, '');
  await store.probe();
  const publishing = { store, options, before: (await readLabel(store, label))?.entry };
  const { before } = publishing;
  checkExpected(label, before, expected);
  const policies = await policiesOf(publishing);
  const documents = policies?.documents ?? [];
  const judged =
    artifact === undefined
      ? await judgePolicies(publishing, documents)
      : await judgeFile(publishing, artifact, documents);
  const release = await putRelease(publishing, judged, policies);
  if (before !== undefined && sameRelease(before, release))
    return { entry: before, moved: false, gates: judged.gates };
  const wasForced = judged.gates.some(({ forced }) => forced);
  const entry = await moveLabel(store, label, (current) => {
    if (current?.revision !== before?.revision) throw movedMeanwhile(label, current);
    return {
      ...release,
      action: 'publish',
      why,
      by,
      ...(wasForced && force !== undefined && { forced: force }),
    };
  });
  return { entry, moved: true, gates: judged.gates };
}
