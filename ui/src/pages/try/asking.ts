// Asks for the list of a state: once an animation frame at most, the former request given up.

import type { BoughtTogetherOptions, RecommendAnswer } from 'sepet/client';
import { client } from '../../kit/api.ts';
import { optionsOf, type TryState } from './state.ts';

/** Everything that a card shows. */
const fields = ['title', 'price', 'category', 'brand', 'gender', 'inStock', 'image'] as const;

/** Overrides beyond this are sent in a body: URLs have a limit. */
const longestOverrides = 3000;

export interface Outcome {
  readonly answer?: RecommendAnswer;
  readonly error?: unknown;
}

function ask(state: TryState, options: BoughtTogetherOptions, signal: AbortSignal): Promise<RecommendAnswer> {
  const [first = ''] = state.products;
  const isLong = JSON.stringify(state.overrides).length > longestOverrides;
  const product = state.products.length > 1 || isLong ? state.products : first;
  const label = state.label === '' ? {} : { label: state.label };
  return client.boughtTogether(product, { ...options, fields: [...fields] }, { signal, ...label });
}

export class Asking {
  readonly #done: (outcome: Outcome) => void;
  #frame: number | undefined;
  #running: AbortController | undefined;

  constructor(done: (outcome: Outcome) => void) {
    this.#done = done;
  }

  /** Asks in the next frame; of several states in one frame, the last. */
  ask(state: TryState): void {
    this.stop();
    this.#frame = requestAnimationFrame(() => void this.#send(state));
  }

  /** Gives up what is on its way. */
  stop(): void {
    if (this.#frame !== undefined) cancelAnimationFrame(this.#frame);
    this.#frame = undefined;
    this.#running?.abort();
    this.#running = undefined;
  }

  async #send(state: TryState): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const outcome = await ask(state, { ...optionsOf(state), explain: true }, running.signal).then(
      (answer) => ({ answer }),
      (error: unknown) => ({ error }),
    );
    if (!running.signal.aborted) this.#done(outcome);
  }
}

/** Places by id of the list that the policy gives as it is written, to mark what the changes moved. */
export async function placesAsWritten(
  state: TryState,
  limit: number,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, number>> {
  const { limit: own } = state.overrides;
  const overrides = own === undefined && limit > 0 ? {} : { limit };
  const written: TryState = { ...state, overrides };
  const answer = await ask(written, optionsOf(written), signal);
  return new Map(answer.items.map(({ id }, at) => [id, at + 1]));
}
