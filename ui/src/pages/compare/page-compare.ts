// Compare: two lists for each product of a sample, walked by keyboard, with a verdict on each.

import { html, LitElement } from 'lit';
import type { ProductFacts, ServedLabel, Verdict } from 'sepet/client';
import '../../kit/product-search.ts';
import '../../kit/states.ts';
import { announce } from '../../kit/announce.ts';
import { admin, asOperator, client, config, signIn, who } from '../../kit/api.ts';
import type { SpProductSearch } from '../../kit/product-search.ts';
import { base, buttons, cards, forms } from '../../kit/styles.ts';
import { patchUrl, UrlController } from '../../kit/url-state.ts';
import { Answers, type Shown } from './answers.ts';
import { Desk } from './desk.ts';
import { Drawer } from './drawer.ts';
import './help.ts';
import type { CmpHelp } from './help.ts';
import { renderProduct } from './product-view.ts';
import './rules-sheet.ts';
import { renderEmpty } from './empty.ts';
import { isTyping } from './keys.ts';
import { figuresOf, pairWords } from './moves.ts';
import type { CmpRulesSheet } from './rules-sheet.ts';
import { patchSide } from './setup.ts';
import { type Column, canonical, columns, type Sides, verdictSide } from './sides.ts';
import './strip.ts';
import { pageStyles } from './styles.ts';
import { Titles } from './titles.ts';
import { isSame, readView, type View } from './view.ts';
import './summary.ts';
import type { Chosen, CmpVerdictBar } from './verdict-bar.ts';
import { judgedBy, verdictWords } from './verdicts.ts';
import { indexOf, nextUnjudged, stepped, upcoming, type Walk } from './walk.ts';

export class PageCompare extends LitElement {
  static override properties = {
    _labels: { state: true },
    _shown: { state: true },
    _error: { state: true },
    _failure: { state: true },
    _sheet: { state: true },
  };
  static override styles = [base, buttons, forms, cards, pageStyles];
  declare _labels: readonly ServedLabel[] | undefined;
  declare _shown: (Shown & { readonly key: string }) | undefined;
  /** Nothing can be shown. */
  declare _error: unknown;
  /** This product cannot be shown. */
  declare _failure: unknown;
  declare _sheet: Column;
  readonly #url = new UrlController(this);
  readonly #changed = (): void => this.requestUpdate();
  readonly #answers = new Answers(client);
  readonly #drawer = new Drawer(client, this.#changed);
  readonly #desk = new Desk({ admin, asOperator }, this.#changed);
  readonly #titles = new Titles((product) => this.#answers.facts(product), this.#changed);
  /** Releases and policies that answers came from though /v1/labels did not name them. */
  readonly #unexpected = new Set<string>();
  #wanted = '';
  /** Said with the next product, as one announcement takes the place of another. */
  #noted = '';

  constructor() {
    super();
    this._sheet = 'b';
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('keydown', this.#key);
    window.addEventListener('sepet-operator', this.#operatorChanged);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('keydown', this.#key);
    window.removeEventListener('sepet-operator', this.#operatorChanged);
    this.#drawer.cancel();
  }

  readonly #operatorChanged = (): void => {
    if (this.#desk.state !== 'off') void this.#desk.load();
  };

  async #load(): Promise<void> {
    this._error = undefined;
    try {
      const [{ verdicts }, labels] = await Promise.all([config(), client.labels()]);
      if (!verdicts) this.#desk.switchOff();
      this._labels = labels;
    } catch (error) {
      this._error = error;
    }
  }

  get #view(): View {
    return readView(this.#url.params, this._labels ?? [], this.#drawer.drawn.products);
  }

  get #judged(): ReadonlyMap<string, Verdict> {
    return judgedBy(this.#desk.verdicts, who());
  }

  override willUpdate(): void {
    const labels = this._labels;
    if (labels === undefined) return;
    const { sides, sample } = this.#view;
    this.#drawer.want(sample, sides);
    this.#desk.want(verdictSide(sides.a, labels), verdictSide(sides.b, labels));
    const { walk } = this.#view;
    if (walk.product !== undefined) void this.#show(walk, sides);
    this.#titles.want(this.#desk.verdicts.map(({ product }) => product));
  }

  /** Shows what the URL names, and asks for what comes next. */
  async #show(walk: Walk, sides: Sides, again = false): Promise<void> {
    const product = walk.product as string;
    const key = canonical([product, sides]);
    if (key === this.#wanted && !again) return;
    this.#wanted = key;
    try {
      const shown = await this.#answers.shown(product, sides);
      if (key !== this.#wanted) return;
      if (this.#hasMoved(shown, sides)) {
        this.#answers.clear();
        await this.#load();
        return await this.#show(walk, sides, true);
      }
      this._failure = undefined;
      this._shown = { ...shown, key };
      this.#announce(shown, walk);
    } catch (error) {
      if (key === this.#wanted) this._failure = error;
    }
    const judged = this.#judged;
    this.#answers.prefetch(
      upcoming(walk, (id) => judged.has(id)),
      sides,
    );
  }

  /** Whether a label has moved since it was looked up: its verdicts belong to another comparison from then on. */
  #hasMoved({ pair }: Shown, sides: Sides): boolean {
    const labels = this._labels ?? [];
    const others = columns.flatMap((column) => {
      const answer = pair[column];
      if (!('items' in answer)) return [];
      const { artifact, policy } = verdictSide(sides[column], labels);
      return answer.artifact === artifact && answer.policy === policy
        ? []
        : `${answer.artifact} ${answer.policy}`;
    });
    const fresh = others.filter((one) => !this.#unexpected.has(one));
    for (const one of fresh) this.#unexpected.add(one);
    return fresh.length > 0;
  }

  #announce({ product, pair }: Shown, walk: Walk): void {
    const { a, b } = pair;
    const at = indexOf(walk);
    const where = at < 0 ? '' : `${at + 1} of ${walk.products.length}: `;
    const words = 'items' in a && 'items' in b ? `. ${pairWords(figuresOf(a.items, b.items))}.` : '';
    announce(`${this.#noted}${where}${product.title ?? product.id}${words}`);
    this.#noted = '';
  }

  #go(product: string | undefined): void {
    if (product !== undefined) patchUrl({ product });
  }

  async #openRules(column: Column): Promise<void> {
    this._sheet = column;
    await this.updateComplete;
    await this.#find<CmpRulesSheet>('cmp-rules-sheet')?.open();
  }

  #find<T extends Element>(selector: string): T | null {
    return this.renderRoot.querySelector<T>(selector);
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
    if (this._labels !== undefined && this.#press(event.key)) event.preventDefault();
  };

  /** Does what a key stands for. Returns whether it stands for something. */
  #press(key: string): boolean {
    const { walk } = this.#view;
    const judged = this.#judged;
    const does: Readonly<Record<string, () => void>> = {
      j: () => this.#go(stepped(walk, 1)),
      ArrowRight: () => this.#go(stepped(walk, 1)),
      k: () => this.#go(stepped(walk, -1)),
      ArrowLeft: () => this.#go(stepped(walk, -1)),
      n: () => this.#go(nextUnjudged(walk, (id) => judged.has(id))),
      u: () => this.#undo(),
      m: () => this.#find<CmpVerdictBar>('cmp-verdict-bar')?.focusNote(),
      '/': () => this.#find<SpProductSearch>('sp-product-search')?.focus(),
      '?': () => this.#find<CmpHelp>('cmp-help')?.open(),
    };
    const act = does[key];
    act?.();
    return act !== undefined || this.#find<CmpVerdictBar>('cmp-verdict-bar')?.press(key) === true;
  }

  async #judge({ verdict, note, moveOn }: Chosen): Promise<void> {
    const { walk, sides, isBlind } = this.#view;
    const { product } = walk;
    if (product === undefined || this.#desk.state === 'off' || isSame(sides)) return;
    if (this.#desk.state === 'locked') await this.#desk.load(true);
    if (who() === '' && !(await signIn('Verdicts are kept under your name.'))) return;
    if (this.#desk.state === 'locked') return;
    this.#desk.give(product, verdict, who(), note);
    const judged = this.#judged;
    const next = moveOn ? nextUnjudged(walk, (id) => judged.has(id)) : undefined;
    this.#noted = isBlind ? 'Noted. ' : `${verdictWords[verdict]}, noted. `;
    if (next !== undefined) return this.#go(next);
    announce(`${this.#noted}${moveOn ? 'All products of this sample are judged.' : ''}`);
    this.#noted = '';
  }

  readonly #undo = (): void => {
    const product = this.#desk.undo();
    if (product === undefined) return;
    announce('Taken back.');
    this.#go(product);
  };

  override render() {
    return html`
      <div class="row spread head">
        <h1>Compare</h1>
        <sp-product-search
          compact
          label="Go to one product"
          placeholder="Go to one product …"
          @pick=${({ detail }: CustomEvent<ProductFacts>) => this.#go(detail.id)}
        ></sp-product-search>
        <button class="small" aria-keyshortcuts="?" @click=${() => this.#find<CmpHelp>('cmp-help')?.open()}>Keys <kbd aria-hidden="true">?</kbd></button>
      </div>
      ${this.#renderPage()}
    `;
  }

  #renderPage() {
    const labels = this._labels;
    if (this._error !== undefined)
      return html`<sp-error .error=${this._error} @retry=${() => void this.#load()}></sp-error>`;
    if (labels === undefined) return html`<sp-busy></sp-busy>`;
    const view = this.#view;
    return html`
      <cmp-setup
        .labels=${labels}
        .sides=${view.sides}
        .sample=${view.sample}
        .isBlind=${view.isBlind}
        @rules=${({ detail }: CustomEvent<Column>) => void this.#openRules(detail)}
      ></cmp-setup> ${this.#renderStrip(view)} ${this.#renderWork(view, labels)}
      ${this.#renderSummary(view, labels)}
      <cmp-rules-sheet
        .column=${this._sheet}
        .side=${view.sides[this._sheet]}
        @side=${({ detail }: CustomEvent) => patchSide(detail, view.sides)}
      ></cmp-rules-sheet>
      <cmp-help .isBlind=${view.isBlind}></cmp-help>
    `;
  }

  #renderStrip({ walk, sample, sides, isBlind }: View) {
    return html`<cmp-strip
      .drawn=${this.#drawer.drawn}
      .product=${walk.product}
      .judged=${this.#judged}
      .isBlind=${isBlind}
      @go=${({ detail }: CustomEvent<string>) => this.#go(detail)}
      @cancel=${() => this.#drawer.cancel()}
      @again=${() => this.#drawer.again(sample, sides)}
    ></cmp-strip>`;
  }

  #renderWork(view: View, labels: readonly ServedLabel[]) {
    const { walk, sides, sample } = view;
    const { drawn } = this.#drawer;
    const retry = (): void => {
      this.#drawer.again(sample, sides);
      if (walk.product !== undefined) void this.#show(walk, sides, true);
    };
    const failure = this._failure ?? (walk.product === undefined ? drawn.error : undefined);
    if (failure !== undefined) return html`<sp-error .error=${failure} @retry=${retry}></sp-error>`;
    if (walk.product === undefined && drawn.state === 'drawn') return renderEmpty(sample);
    const shown = this._shown;
    if (walk.product === undefined || shown === undefined)
      return html`<div class="work waiting"><sp-busy></sp-busy></div>`;
    return renderProduct({
      ...{ view, shown, labels, desk: this.#desk, by: who() },
      isStale: shown.key !== canonical([walk.product, sides]),
      on: { judge: (chosen) => void this.#judge(chosen), undo: this.#undo },
    });
  }

  #renderSummary({ isBlind }: View, labels: readonly ServedLabel[]) {
    const { state, error, verdicts, summary, earlier, comparison } = this.#desk;
    return html`<cmp-summary
      .state=${state}
      .error=${error}
      .verdicts=${verdicts}
      .summary=${summary}
      .earlier=${earlier}
      .comparison=${comparison}
      .labels=${labels}
      .titles=${this.#titles.known}
      .isBlind=${isBlind}
      @unlock=${() => void this.#desk.load(true)}
      @retry=${() => void this.#desk.load()}
    ></cmp-summary>`;
  }
}
customElements.define('page-compare', PageCompare);
