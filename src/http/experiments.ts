// Assignments and experiments of a server: read with it, exchanged by a reload, looked at anew with each version's policies, and
// counted.

import type { Registry } from 'prom-client';
import type { PolicyDocument } from '../policy/document.ts';
import { Assignments } from '../policy/experiments/assign.ts';
import { armLabel, type ExperimentsDocument } from '../policy/experiments/document.ts';
import { checkServed } from '../policy/experiments/parse.ts';
import { type Assigned, assigned } from '../recommend/assigned.ts';
import type { RecommendRequest } from '../recommend/request.ts';
import { ExperimentMetrics } from './metrics-experiments.ts';

const namesOf = (policies: readonly PolicyDocument[]): string[] => policies.map(({ name }) => name);

export interface ExperimentsOptions {
  /** Absent where nothing is assigned. */
  readonly document: ExperimentsDocument | undefined;
  readonly policies: readonly PolicyDocument[];
  readonly registry: Registry;
  /** Told where an experiment has to stand still. */
  readonly warn: (message: string) => void;
}

export class Experiments {
  readonly #warn: (message: string) => void;
  readonly #metrics: ExperimentMetrics | undefined;
  #document: ExperimentsDocument | undefined;
  #served: readonly string[];
  #assignments: Assignments | undefined;

  constructor({ document, policies, registry, warn }: ExperimentsOptions) {
    this.#warn = warn;
    this.#served = namesOf(policies);
    this.#metrics = document && new ExperimentMetrics(registry);
    if (document !== undefined) this.#run(document);
  }

  /** The request as it is to be answered. Counts the visitor's arm. */
  assign(request: RecommendRequest): Assigned {
    const result = assigned(request, this.#assignments);
    if (result.arm !== undefined) this.#metrics?.count(result.arm.label);
    return result;
  }

  /** Other policies are served. An experiment that names one that no longer is stands still, whole, until it is again. */
  serve(policies: readonly PolicyDocument[]): void {
    this.#served = namesOf(policies);
    if (this.#document !== undefined) this.#run(this.#document);
  }

  /** What counts from now on. Throws `experiments_invalid` where it names a policy that is not served. */
  exchange(document: ExperimentsDocument): void {
    checkServed(document, this.#served);
    this.#run(document);
  }

  /** What `GET /v1/experiments` tells. */
  page(): object {
    const { assignments = [], experiments = [] } = this.#document ?? {};
    return {
      assignments,
      experiments: experiments.map(({ arms, ...experiment }) => ({
        ...experiment,
        active: this.#assignments?.paused.has(experiment.name) === false,
        arms: arms.map((arm) => ({ ...arm, experiment: armLabel(experiment, arm) })),
      })),
    };
  }

  #run(document: ExperimentsDocument): void {
    const before = this.#assignments?.paused;
    const assignments = new Assignments(document, this.#served);
    this.#document = document;
    this.#assignments = assignments;
    this.#metrics?.follow(document, assignments.paused);
    for (const name of assignments.paused)
      if (!before?.has(name))
        this.#warn(`the experiment ${name} stands still: a policy that it names is not served`);
  }
}
