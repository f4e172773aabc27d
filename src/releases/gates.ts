// The gates of a release: what must hold before a label may point at it. Each says what it found, whether it passed or
// not, so that a refusal gives every reason at once.

import type { ArtifactManifest } from '../artifact/manifest.ts';
import { openIndex } from '../artifact/vectors.ts';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { catalogMistakes } from '../policy/compile.ts';
import { type PolicyDocument, policyLabel } from '../policy/document.ts';
import { sentence } from '../policy/mistakes.ts';
import { type Artifact, holdingsOf, openArtifact } from '../recommend/artifact.ts';
import { verifyArtifact } from '../recommend/verify.ts';
import { measureRecall } from '../training/build/recall.ts';
import type { DeltaHead } from './deltas.ts';
import { baselineOf, figuresOf, percent } from './figures.ts';
import { type GateName, type GateOutcome, gateNames } from './gate.ts';
import { productsGone } from './missing.ts';
import type { ArtifactRecord } from './record.ts';
import type { Thresholds } from './thresholds.ts';

/** The artifact that the label points at now. */
export interface Predecessor {
  readonly label: string;
  readonly record: ArtifactRecord;
  /** It may have to be downloaded. */
  open(): Promise<Artifact>;
}

export interface Candidate {
  readonly path: string;
  readonly bytes: number;
  /** The policies of the release; none for the built-in one. */
  readonly documents: readonly PolicyDocument[];
  readonly before?: Predecessor | undefined;
  /** The store's stream of deltas, where it has one. */
  readonly stream?: DeltaHead | undefined;
  readonly thresholds: Thresholds;
}

const unsigned = (share: number): string => percent(Math.abs(share)).slice(1);

type Verdict = Pick<GateOutcome, 'passed' | 'said' | 'skipped'>;

const pass = (said: string): Verdict => ({ passed: true, said });
const refuse = (said: string): Verdict => ({ passed: false, said });
const skip = (said: string): Verdict => ({ passed: true, said, skipped: true });
const judge = (passed: boolean, said: string, then = ''): Verdict =>
  passed ? pass(said) : refuse(then === '' ? said : `${said}: ${then}`);

/** Opens it with every check there is. The file is mapped: memory does not grow with it. */
function openWhole(path: string): { artifact: Artifact } | { wrong: string } {
  try {
    const artifact = openArtifact(path, { verify: true });
    verifyArtifact(artifact);
    return { artifact };
  } catch (error) {
    if (error instanceof SepetError) return { wrong: error.message };
    throw error;
  }
}

/** Search as served against the exact scan, whatever the manifest says. */
function recallGate({ file, manifest, vectors }: Artifact, { gateRecall }: Thresholds): Verdict {
  const { queries, k, at } = measureRecall({
    ...vectors,
    sections: openIndex(file),
    gamma: manifest.gamma,
    popularityScale: manifest.popularity.scale,
    efSearch: [limits.efSearch.default],
  });
  const recall = at[0]?.recall ?? 0;
  const found = `recall@${k} ${recall.toFixed(4)} of the exact scan (${queries} queries, efSearch ${limits.efSearch.default})`;
  return judge(
    recall >= gateRecall,
    found,
    `at least ${gateRecall} is wanted; build with a larger --M or --ef-construction`,
  );
}

function metricsGate(manifest: ArtifactManifest, { before, thresholds }: Candidate): Verdict {
  const most = thresholds.gateMetricDrop;
  const now = figuresOf(manifest);
  if (now.size === 0) return refuse('no offline metrics in it: run `sepet evaluate` before `sepet build`');
  const [[name, value] = ['', 0]] = now;
  const first = `${name} ${value.toFixed(3)}`;
  const old = figuresOf(before?.record.manifest);
  const both = [...now].flatMap(([figure, is]) => {
    const was = old.get(figure);
    return was === undefined || was === 0 ? [] : [{ figure, was, is, drop: (was - is) / was }];
  });
  const [worst] = both.toSorted((a, b) => b.drop - a.drop);
  if (worst === undefined) return pass(`${first}; nothing to compare it with`);
  const { figure, was, is, drop } = worst;
  const how =
    drop === 0
      ? `stays at ${is.toFixed(3)}`
      : `${drop > 0 ? 'fell' : 'rose'} ${unsigned(drop)}, from ${was.toFixed(3)} to ${is.toFixed(3)}`;
  const change = `${drop > 0 ? 'at worst ' : ''}${figure} ${how}`;
  return judge(drop <= most, change, `a fall of ${unsigned(most)} is let through`);
}

/** A model that a count of pairs beats, or that shows little of the catalogue, is not worth its release. */
function baselineGate(manifest: ArtifactManifest, { thresholds }: Candidate): Verdict {
  const found = baselineOf(manifest);
  if (found === undefined) return skip('no co-occurrence in the offline metrics to compare with');
  const { model, name, ndcg, coverage } = found;
  const said = `${model} with NDCG ${ndcg.toFixed(4)} and coverage ${coverage.toFixed(2)} of ${name}'s, the best co-occurrence`;
  const { gateBaselineNdcg: leastNdcg, gateBaselineCoverage: leastCoverage } = thresholds;
  return judge(
    ndcg >= leastNdcg && coverage >= leastCoverage,
    said,
    `at least ${leastNdcg} and ${leastCoverage} are wanted; fit a blend with \`sepet tune blend\` before you evaluate, or train longer`,
  );
}

function sizeGate({ bytes, before, thresholds }: Candidate): Verdict {
  if (before === undefined) return skip('the first artifact of this label');
  const change = bytes / before.record.bytes - 1;
  const said = `${(bytes / 1e6).toFixed(1)} MB, ${percent(change)} against ${before.label}'s`;
  const most = thresholds.gateSizeChange;
  return judge(Math.abs(change) <= most, said, `a change of ${unsigned(most)} is let through`);
}

async function productsGate(artifact: Artifact, { before, thresholds }: Candidate): Promise<Verdict> {
  const { products } = artifact.catalog;
  const total = `${products.toLocaleString('en')} products`;
  if (before === undefined) return skip(`${total}, the first of this label`);
  let old: Artifact;
  try {
    old = await before.open();
  } catch (error) {
    if (!(error instanceof SepetError) || error.code === 'cancelled') throw error;
    return refuse(`${total}; those of ${before.label} cannot be looked at: ${error.message}`);
  }
  const { gone, examples } = productsGone(old.catalog, artifact.catalog);
  const share = old.catalog.products === 0 ? 0 : gone / old.catalog.products;
  const such = examples.length === 0 ? '' : `, such as ${examples.join(', ')}`;
  const said = `${total}; ${gone.toLocaleString('en')} of ${before.label}'s ${old.catalog.products.toLocaleString('en')} are missing${such}`;
  return judge(
    share <= thresholds.gateProductsRemoved,
    said,
    `${unsigned(thresholds.gateProductsRemoved)} may be`,
  );
}

/** Every mistake of the policies against what the catalogue has. */
export function policiesGate(artifact: Artifact | undefined, documents: readonly PolicyDocument[]): Verdict {
  if (documents.length === 0) return skip('the built-in policy');
  const names = documents.map(policyLabel).join(', ');
  if (artifact === undefined) return pass(`${names}; there is no artifact yet to look their names up in`);
  const mistakes = documents.flatMap((document) =>
    catalogMistakes(document, artifact.catalog, holdingsOf(artifact)).map((mistake) =>
      document.origin ? sentence(mistake) : sentence({ ...mistake, file: policyLabel(document) }),
    ),
  );
  return mistakes.length === 0 ? pass(names) : refuse(mistakes.join(' '));
}

/** A server applies the deltas after those that are folded in, so it must be known which, and they must be there. */
function deltasGate(manifest: ArtifactManifest, { stream }: Candidate): Verdict {
  const folded = manifest.deltas?.revision;
  if (stream === undefined || stream.revision === 0)
    return folded === undefined || folded === 0
      ? skip('the store has no deltas')
      : refuse(
          `deltas up to ${folded} are folded in, but this store has none: it was built for another store`,
        );
  const build = 'build it again with `sepet build --store`';
  if (folded === undefined)
    return refuse(
      `the store's deltas go to revision ${stream.revision} and the artifact does not say up to which they are folded in: ${build}`,
    );
  if (folded > stream.revision)
    return refuse(
      `deltas up to ${folded} are folded in, but the store's go to ${stream.revision}: it was built for another store`,
    );
  const first = stream.deltas[0]?.revision ?? stream.revision + 1;
  if (folded + 1 < first && folded < stream.revision)
    return refuse(`deltas up to ${folded} are folded in, and those before ${first} are pruned: ${build}`);
  return pass(`folded in up to ${folded} of ${stream.revision}`);
}

/** Asks every gate. The artifact is there where it is whole; where it is not, nothing else was asked of it. */
export async function judgeArtifact(
  candidate: Candidate,
): Promise<{ readonly outcomes: readonly GateOutcome[]; readonly artifact?: Artifact }> {
  const opened = openWhole(candidate.path);
  if ('wrong' in opened) {
    const rest = gateNames.slice(1).map((gate) => ({ gate, ...skip('not asked: the file is not whole') }));
    return { outcomes: [{ gate: 'whole', ...refuse(opened.wrong) }, ...rest] };
  }
  const { artifact } = opened;
  const { manifest } = artifact;
  const verdicts: Record<GateName, Verdict> = {
    whole: pass('every checksum, digest and reference is right'),
    recall: recallGate(artifact, candidate.thresholds),
    metrics: metricsGate(manifest, candidate),
    baseline: baselineGate(manifest, candidate),
    size: sizeGate(candidate),
    products: await productsGate(artifact, candidate),
    policies: policiesGate(artifact, candidate.documents),
    deltas: deltasGate(manifest, candidate),
  };
  return { artifact, outcomes: gateNames.map((gate) => ({ gate, ...verdicts[gate] })) };
}
