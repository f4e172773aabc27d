// The verdicts of the comparison that is shown, and how they get to the server: at once for the eye, in their order for the server.

import type {
  AdminClient,
  Comparisons,
  GivenVerdict,
  Verdict,
  VerdictSide,
  VerdictSummary,
} from 'sepet/client';
import { canonical, comparisonOf } from './sides.ts';
import { type Given, verdictOf, withVerdict } from './verdicts.ts';

export type DeskState =
  /** The server keeps no verdicts. */
  | 'off'
  /** They are there, for whoever has the token. */
  | 'locked'
  | 'loading'
  | 'open'
  | 'failed';

export interface Operator {
  /** With the token of this tab, without asking for one. */
  admin(): AdminClient;
  /** Asks for the token where it is wanted. */
  asOperator<T>(work: (admin: AdminClient) => Promise<T>): Promise<T>;
}

interface Before {
  readonly product: string;
  readonly by: string;
  readonly earlier: Given | undefined;
}

const nothing: VerdictSummary = { better: 0, same: 0, worse: 0, products: 0, pValue: 1 };
const codeOf = (error: unknown): unknown => (error as { readonly code?: unknown } | undefined)?.code;

export class Desk {
  readonly #operator: Operator;
  readonly #changed: () => void;
  #sides: readonly [VerdictSide, VerdictSide] | undefined;
  #sending: Promise<unknown> = Promise.resolve();
  #done: Before[] = [];
  #given = 0;
  state: DeskState = 'loading';
  error: unknown;
  /** What could not be kept, and was taken back. */
  refused: unknown;
  verdicts: readonly Given[] = [];
  summary = nothing;
  /** `c_…`, once there is a verdict. */
  comparison: string | undefined;
  earlier: Comparisons['comparisons'] = [];

  constructor(operator: Operator, changed: () => void) {
    this.#operator = operator;
    this.#changed = changed;
  }

  /** Shows the verdicts of two sides, unless they are shown already. */
  want(before: VerdictSide, after: VerdictSide): void {
    if (this.#sides !== undefined && canonical(this.#sides) === canonical([before, after])) return;
    this.#sides = [before, after];
    this.#done = [];
    [this.verdicts, this.summary, this.comparison] = [[], nothing, undefined];
    if (this.state !== 'off') void this.load();
  }

  /** Reads the verdicts anew, without asking for a token. */
  async load(ask = false): Promise<void> {
    const sides = this.#sides;
    if (sides === undefined) return;
    const given = this.#given;
    if (this.state !== 'open') this.state = 'loading';
    this.#changed();
    await this.#sending;
    const read = async (admin: AdminClient) => {
      const { comparisons } = await admin.verdicts();
      const found = comparisonOf(...sides, comparisons);
      return { comparisons, kept: found && (await admin.verdicts(found.id)) };
    };
    try {
      const { comparisons, kept } = await (ask
        ? this.#operator.asOperator(read)
        : read(this.#operator.admin()));
      if (sides !== this.#sides) return;
      // What was given meanwhile may not be in it.
      if (given !== this.#given) return this.load();
      this.earlier = comparisons;
      if (kept !== undefined) {
        this.verdicts = kept.verdicts;
        this.summary = kept.summary;
        this.comparison = kept.comparison.id;
      }
      this.state = 'open';
    } catch (error) {
      if (sides !== this.#sides) return;
      const code = codeOf(error);
      const isLocked = code === 'token_missing' || code === 'token_invalid';
      this.state = code === 'verdicts_off' ? 'off' : isLocked ? 'locked' : 'failed';
      this.error = error;
    }
    this.#changed();
  }

  switchOff(): void {
    this.state = 'off';
  }

  /** Keeps a verdict. It stands at once, and is taken back where the server refuses it. */
  give(product: string, verdict: Verdict, by: string, note = ''): void {
    const earlier = verdictOf(this.verdicts, product, by);
    this.#done.push({ product, by, earlier });
    this.#send({ product, verdict, by, ...(note !== '' && { note }) });
  }

  get canUndo(): boolean {
    return this.#done.length > 0;
  }

  /** Goes back to before the last verdict: an earlier one of the same person stands again, a first one is taken back. Returns the product. */
  undo(): string | undefined {
    const last = this.#done.pop();
    if (last === undefined) return undefined;
    const { product, by, earlier } = last;
    const { verdict = null, note } = earlier ?? {};
    this.#send({ product, verdict, by, ...(note !== undefined && { note }) });
    return product;
  }

  #send(given: Omit<GivenVerdict, 'comparison'>): void {
    const sides = this.#sides;
    if (sides === undefined) return;
    this.#given++;
    const [before, after] = sides;
    const former = this.verdicts;
    const { product, by, verdict, note } = given;
    const at = new Date().toISOString();
    const others = former.filter((one) => one.product !== product || one.by !== by);
    this.verdicts =
      verdict === null
        ? others
        : withVerdict(former, { product, verdict, by, at, ...(note !== undefined && { note }) });
    this.refused = undefined;
    this.#changed();
    const send = async (): Promise<void> => {
      try {
        const comparison = { before, after };
        const kept = await this.#operator.asOperator((admin) => admin.giveVerdict({ comparison, ...given }));
        if (sides !== this.#sides) return;
        this.summary = kept.summary;
        this.comparison = kept.comparison;
      } catch (error) {
        if (sides !== this.#sides) return;
        const earlier = verdictOf(former, product, by);
        const others = this.verdicts.filter((one) => one.product !== product || one.by !== by);
        this.verdicts = earlier === undefined ? others : [earlier, ...others];
        if (codeOf(error) === 'verdicts_off') this.state = 'off';
        this.refused = error;
      }
      this.#changed();
    };
    this.#sending = this.#sending.then(send);
  }
}
