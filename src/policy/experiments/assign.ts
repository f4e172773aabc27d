// Who is answered by which policy: decided for each request that names none, from what it says of where it asks and for whom.
// The same visitor has the same arm in every process and on every day, and arms of two experiments have nothing to do with each
// other: all follows from one digest of the experiment's name and the visitor, as docs/experiments.md says it.

import { hash } from 'node:crypto';
import type { ArmDocument, AssignmentDocument, ExperimentDocument, ExperimentsDocument } from './document.ts';
import { armLabel } from './document.ts';

/** What of a request decides. */
export interface Asking {
  readonly policy?: string;
  readonly placement?: string;
  readonly channel?: string;
  readonly visitor?: string;
}

export interface Arm extends Pick<ArmDocument, 'name' | 'policy' | 'efSearch'> {
  readonly experiment: string;
  /** `experiment:arm`. */
  readonly label: string;
}

export interface Decision {
  /** In place of what the request would be answered by; absent where that stays. */
  readonly policy: string | undefined;
  /** The visitor's; absent where no experiment is about the request, or the visitor is in none. */
  readonly arm: Arm | undefined;
  /** Whether another visitor may be answered otherwise. */
  readonly isVisitors: boolean;
}

type Where = Pick<AssignmentDocument, 'placement' | 'channel'>;
type Test = (asking: Asking) => boolean;

function testOf({ placement, channel }: Where): Test {
  const placements = placement && new Set<string | undefined>(placement);
  const channels = channel && new Set<string | undefined>(channel);
  return (asking) =>
    (placements === undefined || placements.has(asking.placement)) &&
    (channels === undefined || channels.has(asking.channel));
}

/** Two numbers in [0, 1), each of 32 bits of the SHA-256 of `experiment`, a line feed and `visitor`. Two microseconds. */
export function drawsOf(experiment: string, visitor: string): readonly [traffic: number, arm: number] {
  const digits = hash('sha256', `${experiment}\n${visitor}`);
  const draw = (start: number): number => Number.parseInt(digits.slice(start, start + 8), 16) / 2 ** 32;
  return [draw(0), draw(8)];
}

interface Running {
  readonly covers: Test;
  /** The visitor's arm; undefined for one who is not in the experiment. */
  armOf(visitor: string): Arm | undefined;
}

function running(experiment: ExperimentDocument): Running {
  const { name, traffic, arms } = experiment;
  let reached = 0;
  const all = arms.map(({ share, ...arm }) => {
    reached += share;
    return { upTo: reached, arm: { ...arm, experiment: name, label: armLabel(experiment, arm) } };
  });
  // Shares in decimals may miss 1 by a hair; the last arm that has visitors has the rest, and one without gets none.
  const last = all.findLast((_, i) => (arms[i] as ArmDocument).share > 0);
  return {
    covers: testOf(experiment),
    armOf(visitor) {
      const [inTraffic, drawn] = drawsOf(name, visitor);
      if (inTraffic >= traffic) return undefined;
      return (all.find(({ upTo }) => drawn < upTo) ?? last)?.arm;
    },
  };
}

/** The arms of a visitor by experiment, wherever it asks; those that it is not in are left out. */
export function armsOf({ experiments }: ExperimentsDocument, visitor: string): Record<string, string> {
  const all = experiments.map((one) => [one.name, running(one).armOf(visitor)?.name] as const);
  return Object.fromEntries(all.filter((one): one is [string, string] => one[1] !== undefined));
}

const asItSays: Decision = { policy: undefined, arm: undefined, isVisitors: false };

/** The policies that an experiment's arms name. */
const policiesOf = ({ arms }: ExperimentDocument): string[] =>
  arms.flatMap(({ policy }) => (policy === undefined ? [] : [policy]));

export class Assignments {
  readonly #assigned: readonly { readonly covers: Test; readonly policy: string }[];
  readonly #running: readonly Running[];
  /** Experiments that stand still, because a policy of theirs is not served. */
  readonly paused: ReadonlySet<string>;

  /** Of `served` are the names of the policies; what names another one is passed over, an experiment as a whole. */
  constructor({ assignments, experiments }: ExperimentsDocument, served: readonly string[]) {
    const isServed = (policy: string): boolean => served.includes(policy);
    const isReady = (experiment: ExperimentDocument): boolean => policiesOf(experiment).every(isServed);
    this.#assigned = assignments
      .filter(({ policy }) => isServed(policy))
      .map((one) => ({ covers: testOf(one), policy: one.policy }));
    this.#running = experiments.filter(isReady).map(running);
    this.paused = new Set(experiments.filter((one) => !isReady(one)).map(({ name }) => name));
  }

  /** A request that names its policy is answered by that one. */
  decide(asking: Asking): Decision {
    if (asking.policy !== undefined) return asItSays;
    const { visitor } = asking;
    let isVisitors = false;
    if (visitor !== undefined)
      for (const { covers, armOf } of this.#running) {
        if (!covers(asking)) continue;
        isVisitors = true;
        const arm = armOf(visitor);
        if (arm !== undefined) return { policy: arm.policy ?? this.#placed(asking), arm, isVisitors };
      }
    const policy = this.#placed(asking);
    return policy === undefined && !isVisitors ? asItSays : { policy, arm: undefined, isVisitors };
  }

  #placed(asking: Asking): string | undefined {
    return this.#assigned.find(({ covers }) => covers(asking))?.policy;
  }
}
