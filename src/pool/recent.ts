// The last questions that were answered, for a new version to warm itself by: what is asked often is among them often.

import type { Job } from './answers.ts';

/** A few milliseconds of work for a thread that makes itself ready. */
const kept = 64;
/** Of one batch, so that a burst does not push out all else. */
const keptOfBatch = 4;

export class Recent {
  readonly #jobs: Job[] = [];
  #next = 0;

  /** Notes the first of a batch. Searches of all products and explanations would cost more than they warm. */
  add(jobs: readonly Job[]): void {
    for (let i = 0; i < jobs.length && i < keptOfBatch; i++) {
      const job = jobs[i] as Job;
      if (job.request.exact === true || job.request.explain === true) continue;
      this.#jobs[this.#next] = job;
      this.#next = (this.#next + 1) % kept;
    }
  }

  get jobs(): readonly Job[] {
    return this.#jobs;
  }
}
