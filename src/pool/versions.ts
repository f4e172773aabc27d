// The versions that one thread has open. Each thread has its own (a recommender reuses its scratch); the memory of an
// artifact is the process's, and goes when the last thread has let go of it.

import { collectGarbage } from '../base/garbage.ts';
import { type Artifact, openArtifact } from '../recommend/artifact.ts';
import { createRecommender } from '../recommend/open.ts';
import type { Recommender } from '../recommend/recommender.ts';
import type { Version } from './version.ts';

/** How a thread makes a version into something that answers. */
export interface Opener<Opened> {
  open(version: Version): Opened;
  /** Lets go of what is not of this version; returns whether that was memory of a file. */
  forgetOthers(version: Version | undefined): boolean;
}

/** Opens artifacts, each once: versions that differ in policies or changes alone share what the thread has open. */
export function artifactOpener(): Opener<Recommender> {
  const artifacts = new Map<string, Artifact>();
  return {
    open({ file, artifact: id, pages, policies, ...options }) {
      const artifact = artifacts.get(id) ?? openArtifact(file, { pages });
      if (artifact.id !== id)
        throw new Error(`${file} was replaced while it was served; restart the server to serve the new one.`);
      artifacts.set(id, artifact);
      return createRecommender(artifact, policies, options);
    },
    forgetOthers(version) {
      const others = [...artifacts.keys()].filter((id) => id !== version?.artifact);
      for (const id of others) artifacts.delete(id);
      return others.length > 0;
    },
  };
}

/** Enough to touch the pages that every answer needs, and to see that the version answers at all. */
const warmRequests = 16;

export class Versions<Opened extends Pick<Recommender, 'recommend' | 'popularIds'>> {
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
    opened.recommend(opened.popularIds(warmRequests).map((product) => ({ product })));
    this.#open.set(version.number, { version, opened });
    return opened;
  }

  /** Lets go of every version but this one. */
  async keepOnly(number: number): Promise<void> {
    const kept = this.#open.get(number);
    this.#open.clear();
    if (kept !== undefined) this.#open.set(number, kept);
    if (this.#opener.forgetOthers(kept?.version)) await collectGarbage();
  }
}
