// The versions that one thread has open. Each thread has its own (a recommender reuses its scratch); the memory of an
// artifact is the process's, and goes when the last thread has let go of it.

import { SepetError } from '../base/errors.ts';
import { collectGarbage } from '../base/garbage.ts';
import type { Catalog } from '../catalog/catalog.ts';
import { overlaid } from '../catalog/overlay.ts';
import type { PolicyHoldings } from '../policy/compile.ts';
import { type Artifact, holdingsOf, openArtifact } from '../recommend/artifact.ts';
import { createRecommender } from '../recommend/open.ts';
import type { Recommender } from '../recommend/recommender.ts';
import type { Answering } from './answers.ts';
import type { Version } from './version.ts';

/** How a thread makes a version into something that answers. */
export interface Opener<Opened> {
  open(version: Version): Opened;
  /** Lets go of all artifacts but these, by id; returns whether that was memory of a file. */
  forgetOthers(artifacts: ReadonlySet<string>): boolean;
}

/** What a policy is checked against. */
export interface PolicyWorld {
  readonly catalog: Catalog;
  readonly holdings: PolicyHoldings;
}

export interface ArtifactOpener extends Opener<Recommender> {
  /** What policies meet in a version: its products, with what deltas changed, and its sources. Throws what opening throws. */
  worldOf(version: Version): PolicyWorld;
}

/** Opens artifacts, each once: versions that differ in policies or changes alone share what the thread has open. */
export function artifactOpener(): ArtifactOpener {
  const artifacts = new Map<string, Artifact>();
  const artifactOf = ({ file, artifact: id, pages }: Version): Artifact => {
    const artifact = artifacts.get(id) ?? openArtifact(file, { pages });
    if (artifact.id !== id)
      throw new SepetError(
        'file_replaced',
        `${file} was replaced while it was served; reload it, or restart the server.`,
      );
    artifacts.set(id, artifact);
    return artifact;
  };
  return {
    open(version) {
      const { file: _, artifact: __, pages: ___, tower: ____, policies, ...options } = version;
      return createRecommender(artifactOf(version), policies, options);
    },
    worldOf(version) {
      const artifact = artifactOf(version);
      const { catalog } = artifact;
      return {
        catalog: version.overlay === undefined ? catalog : overlaid(catalog, version.overlay),
        holdings: holdingsOf(artifact),
      };
    },
    forgetOthers(kept) {
      const others = [...artifacts.keys()].filter((id) => !kept.has(id));
      for (const id of others) artifacts.delete(id);
      return others.length > 0;
    },
  };
}

/** Enough to touch the pages that every answer needs, and to see that the version answers at all. */
const warmRequests = 16;

export class Versions<Opened extends Pick<Answering, 'draft'> & Pick<Recommender, 'popularIds'>> {
  readonly #opener: Opener<Opened>;
  readonly #open = new Map<number, { readonly version: Version; readonly opened: Opened }>();

  constructor(opener: Opener<Opened>) {
    this.#opener = opener;
  }

  /** Undefined where the thread has not opened it, or has let go of it. */
  get(number: number): Opened | undefined {
    return this.#open.get(number)?.opened;
  }

  /** Opens a version, unless it is open, and answers a few requests by it. Throws what opening throws. */
  prepare(version: Version): Opened {
    const known = this.get(version.number);
    if (known !== undefined) return known;
    const opened = this.#opener.open(version);
    opened.draft(opened.popularIds(warmRequests).map((product) => ({ product })));
    this.#open.set(version.number, { version, opened });
    return opened;
  }

  /** Lets go of every version but this one. */
  async keepOnly(number: number): Promise<void> {
    const kept = this.#open.get(number);
    this.#open.clear();
    if (kept !== undefined) this.#open.set(number, kept);
    if (this.#opener.forgetOthers(new Set(kept && [kept.version.artifact]))) await collectGarbage();
  }
}
