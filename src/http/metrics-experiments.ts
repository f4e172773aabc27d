// Requests by the arms of experiments: as many series as there are arms.

import { Counter, Gauge, type Registry } from 'prom-client';
import { armLabel, type ExperimentsDocument } from '../policy/experiments/document.ts';

interface Counted {
  readonly experiment: string;
  readonly arm: string;
  requests: number;
}

export class ExperimentMetrics {
  /** By `experiment:arm`; plain numbers, as they change with every request. */
  #arms = new Map<string, Counted>();
  /** By experiment: whether arms are given. */
  #active = new Map<string, boolean>();

  constructor(registry: Registry) {
    const registers = [registry];
    const arms = (): Iterable<Counted> => this.#arms.values();
    const active = (): Iterable<[string, boolean]> => this.#active;
    new Counter({
      name: 'sepet_experiment_requests_total',
      help: 'Requests by the arm of their visitor.',
      labelNames: ['experiment', 'arm'],
      registers,
      collect() {
        this.reset();
        for (const { experiment, arm, requests } of arms()) this.inc({ experiment, arm }, requests);
      },
    });
    new Gauge({
      name: 'sepet_experiment_active',
      help: '1 where visitors get arms; 0 where a policy that the experiment names is not served.',
      labelNames: ['experiment'],
      aggregator: 'min',
      registers,
      collect() {
        this.reset();
        for (const [experiment, isActive] of active()) this.set({ experiment }, Number(isActive));
      },
    });
  }

  /** Counts for these experiments from now on; what was counted of arms that stay, stays. */
  follow({ experiments }: ExperimentsDocument, paused: ReadonlySet<string>): void {
    const before = this.#arms;
    this.#arms = new Map();
    this.#active = new Map(experiments.map(({ name }) => [name, !paused.has(name)]));
    for (const experiment of experiments)
      for (const arm of experiment.arms) {
        const label = armLabel(experiment, arm);
        const fresh = { experiment: experiment.name, arm: arm.name, requests: 0 };
        this.#arms.set(label, before.get(label) ?? fresh);
      }
  }

  count(label: string): void {
    const counted = this.#arms.get(label);
    if (counted !== undefined) counted.requests++;
  }
}
