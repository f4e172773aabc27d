// What comes over the wire and has no type below: labels, releases, facets, verdicts. Types alone.

import type { ArtifactManifest } from '../artifact/manifest.ts';
import type { SepetError } from '../base/errors.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { ArtifactInfo, Facets, ProductFacts, RecommendAnswer } from '../recommend/recommender.ts';

/** The artifact that answered. */
export interface Answered {
  readonly artifact: string;
}

/** A product as the artifact knows it, and the artifact. */
export type Product = ProductFacts & Answered;

/** Where a server that follows a label has its artifact from. */
export interface ServedRelease {
  readonly store: string;
  readonly label: string;
  readonly revision: number;
  /** `sha256:` of the artifact's file, as the store calls it. */
  readonly file: string;
  /** The latest delta that answers know; 0 for none. */
  readonly deltas: number;
}

/** What is served. */
export type ServedArtifact = ArtifactInfo & { readonly release?: ServedRelease };

export interface PolicySummary {
  readonly name: string;
  readonly revision: number;
  /** `name@revision`. */
  readonly policy: string;
  readonly hash: string;
  readonly placement: readonly string[];
  readonly limit: number;
  readonly filters: number;
  readonly rank: number;
}

export interface Policies {
  /** The name of the one that answers where no other is asked for. */
  readonly default: string;
  readonly policies: readonly PolicySummary[];
}

/** One policy in full, with every default filled in. */
export type PolicyPage = Pick<PolicySummary, 'name' | 'revision' | 'policy' | 'hash'> & {
  readonly document: PolicyDocument;
};

/** Which policy answers where, and the experiments that run. */
export interface ExperimentsPage {
  readonly assignments: readonly {
    readonly placement?: readonly string[];
    readonly channel?: readonly string[];
    readonly policy: string;
  }[];
  readonly experiments: readonly {
    readonly name: string;
    readonly placement?: readonly string[];
    readonly channel?: readonly string[];
    /** Share of the visitors who are in it at all. */
    readonly traffic: number;
    /** False where a policy that it names is not served. */
    readonly active: boolean;
    readonly arms: readonly {
      readonly name: string;
      readonly share: number;
      readonly policy?: string;
      readonly efSearch?: number;
      /** What answers and events call it. */
      readonly experiment: string;
    }[];
  }[];
}

/** A label, or a file, that the server answers by. */
export interface ServedLabel extends Answered {
  readonly label: string;
  /** Whether it is the one that answers where no label is asked for. */
  readonly main: boolean;
  /** The artifact's name. */
  readonly name: string;
  readonly createdAt: string;
  readonly products: number;
  readonly dims: number;
  /** `name@revision` of each. */
  readonly policies: readonly string[];
  /** The name of the policy that answers where no other is asked for. */
  readonly default: string;
  readonly release?: ServedRelease;
  readonly problem?: never;
}

/** A label that the server is to answer by, and cannot now. */
export interface MissingLabel {
  readonly label: string;
  readonly main: false;
  readonly problem: { readonly code: string; readonly title: string; readonly detail: string };
}

/** What the catalogue can be narrowed by. */
export type FacetsAnswer = Facets & Answered;

/** What became of events that were sent. */
export interface TakenEvents {
  readonly accepted: number;
  readonly duplicates: number;
  readonly refused: readonly { readonly index: number; readonly code: string; readonly detail: string }[];
}

/** An answer, or why there is none, of many that were asked together. */
export type Outcome = RecommendAnswer | SepetError;

export interface PolicyMistake {
  readonly message: string;
  /** From 1; of YAML text alone. */
  readonly line?: number;
  readonly column?: number;
  /** `filters.1.keep`. */
  readonly path?: string;
}

export type CheckedPolicy =
  | {
      readonly valid: true;
      readonly policy: string;
      readonly hash: string;
      readonly document: PolicyDocument;
    }
  | { readonly valid: false; readonly mistakes: readonly PolicyMistake[] };

/** What a label points at: `sha256:` of the artifact's file and of the policy set, null where it has none of its own. */
export interface Release {
  readonly artifact: string | null;
  readonly policies: string | null;
}

/** One revision of a label. */
export interface LabelEntry extends Release {
  readonly label: string;
  readonly revision: number;
  readonly at: string;
  readonly by: string;
  readonly why: string;
  readonly action: 'publish' | 'promote' | 'rollback';
  /** What the label pointed at before. */
  readonly from: Release | null;
  /** Why gates that refused were overruled. */
  readonly forced?: string;
  /** Promote: the label it was taken from. */
  readonly source?: { readonly label: string; readonly revision: number };
  /** Rollback: the revision whose release it is. */
  readonly restores?: number;
}

export interface ArtifactSummary {
  readonly name: string;
  readonly createdAt: string;
  readonly products: number;
  /** `sha256:` of the file. */
  readonly file: string;
  /** The id that answers carry. */
  readonly artifact: string;
  readonly bytes: number;
  readonly at: string;
  readonly by: string;
  readonly used: string;
  readonly forced?: string;
  readonly signature?: object;
}

/** A revision with what it points at; `artifact` and `policies` are absent where they were pruned. */
export interface Told {
  readonly entry: LabelEntry;
  readonly artifact?: ArtifactSummary;
  readonly policies?: {
    readonly policies: string;
    /** `name@revision` of each, the default first. */
    readonly names: readonly string[];
    readonly signature?: object;
  };
}

export interface GateOutcome {
  readonly gate: string;
  readonly passed: boolean;
  /** With the figures, and with what to do where it did not pass. */
  readonly said: string;
  readonly skipped?: true;
  readonly forced?: true;
}

/** What became of a label that was to be moved. */
export interface Moved {
  readonly entry: LabelEntry;
  /** False where it pointed there already. */
  readonly moved: boolean;
  /** Whether the server that was asked looked at the label since; where not, it does so within its usual time. */
  readonly looked: boolean;
}

export type SavedPolicy = Moved & {
  readonly gates: readonly GateOutcome[];
  /** `name@revision` of all that the label has now, the default first. */
  readonly policies: readonly string[];
  /** Whether the label had only the built-in policy before. */
  readonly replacedBuiltIn: boolean;
};

export interface DiffSide {
  /** As it was asked for. */
  readonly name: string;
  readonly revision?: number;
  readonly file: string;
  readonly artifact: string;
  readonly title: string;
  readonly createdAt: string;
  readonly bytes: number;
  readonly counts: ArtifactManifest['counts'];
  readonly policies: readonly string[];
}

export interface DiffItem {
  readonly id: string;
  readonly title: string;
  /** Whether the other list has it too. */
  readonly inBoth: boolean;
}

/** What changes from one release to another: what `sepet diff --json` prints. */
export interface Diff {
  readonly before: DiffSide;
  readonly after: DiffSide;
  readonly products: {
    readonly both: number;
    readonly added: number;
    readonly removed: number;
    readonly addedExamples: readonly string[];
    readonly removedExamples: readonly string[];
    /** Of those in both, how many have another one of it. */
    readonly changed: Readonly<Record<'title' | 'price' | 'stock' | 'category' | 'brand', number>>;
  };
  readonly figures: readonly { readonly name: string; readonly before?: number; readonly after?: number }[];
  /** `name@revision` of policies that one side has alone, or that say something else. */
  readonly policies: {
    readonly added: readonly string[];
    readonly removed: readonly string[];
    readonly changed: readonly string[];
  };
  readonly lists: {
    readonly compared: number;
    readonly same: number;
    readonly reordered: number;
    readonly changed: number;
    readonly overlapAt10: number;
    readonly rankBiasedOverlap: number;
    readonly examples: readonly {
      readonly id: string;
      readonly title: string;
      readonly overlapAt10: number;
      readonly before: readonly DiffItem[];
      readonly after: readonly DiffItem[];
    }[];
  };
}

/** One side of a comparison: what made its lists. */
export interface VerdictSide {
  readonly label?: string;
  readonly artifact?: string;
  readonly policy?: string;
  readonly overrides?: object;
}

export type Verdict = 'better' | 'same' | 'worse';

export interface GivenVerdict {
  readonly comparison: { readonly before: VerdictSide; readonly after: VerdictSide };
  readonly product: string;
  /** Of `after`, against `before`; null takes back what this person said. */
  readonly verdict: Verdict | null;
  readonly by: string;
  readonly note?: string;
}

export interface VerdictSummary {
  readonly better: number;
  readonly same: number;
  readonly worse: number;
  readonly products: number;
  /** Of the two-sided exact sign test of better against worse. */
  readonly pValue: number;
}

export interface KeptVerdict {
  readonly id: string;
  /** `c_…`, by which `verdicts` is asked. */
  readonly comparison: string;
  readonly at: string;
  readonly summary: VerdictSummary;
}

/** A comparison with the latest verdict of each person on each product. */
export interface Comparison {
  readonly comparison: { readonly id: string; readonly before: VerdictSide; readonly after: VerdictSide };
  readonly verdicts: readonly {
    readonly product: string;
    readonly verdict: Verdict;
    readonly by: string;
    readonly at: string;
    readonly note?: string;
  }[];
  readonly summary: VerdictSummary;
}

export interface Comparisons {
  readonly comparisons: readonly {
    readonly id: string;
    readonly before: VerdictSide;
    readonly after: VerdictSide;
    readonly summary: VerdictSummary;
    readonly lastAt: string;
  }[];
}
