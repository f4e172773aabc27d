// Try: one product or a basket, the list it gets, and every rule of the policy under the hand.

import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { ProductFacts, RecommendAnswer } from 'sepet/client';
import { announce } from '../../kit/announce.ts';
import { copyText } from '../../kit/copy.ts';
import '../../kit/funnel.ts';
import { isWriting } from '../../kit/keys.ts';
import { plural } from '../../kit/money.ts';
import type { Overrides, Policy } from '../../kit/policy-types.ts';
import '../../kit/product-card.ts';
import { rememberProduct, type SpProductSearch } from '../../kit/product-search.ts';
import { applied, canonical } from '../../kit/rules/overrides.ts';
import '../../kit/rules/rules.ts';
import '../../kit/states.ts';
import { base, buttons, cards, forms } from '../../kit/styles.ts';
import { patchUrl, readUrl, UrlController } from '../../kit/url-state.ts';
import { shortageAdvice } from './advice.ts';
import { Asking, type Outcome, placesAsWritten } from './asking.ts';
import './basket.ts';
import { policyChoices } from './choices.ts';
import { type Context, loadContext, loadPolicy, policyName, popularProducts } from './context.ts';
import './dropped.ts';
import './narrow.ts';
import type { TryResults } from './results.ts';
import './results.ts';
import { rulesHead } from './rules-head.ts';
import { startView } from './start.ts';
import {
  type Narrowing,
  narrowingCount,
  narrowingPatch,
  nothingNarrowed,
  readState,
  rulesPatch,
  type TryState,
} from './state.ts';
import { trySheet } from './try-styles.ts';

export class PageTry extends LitElement {
  static override properties = {
    _context: { state: true },
    _policy: { state: true },
    _answer: { state: true },
    _error: { state: true },
    _isAsking: { state: true },
    _written: { state: true },
    _popular: { state: true },
    _rule: { state: true },
    _copied: { state: true },
  };
  static override styles = [base, buttons, forms, cards, trySheet];
  declare _context: Context | undefined;
  declare _policy: Policy | undefined;
  declare _answer: RecommendAnswer | undefined;
  declare _error: unknown;
  declare _isAsking: boolean;
  declare _written: ReadonlyMap<string, number> | undefined;
  declare _popular: readonly ProductFacts[] | undefined;
  declare _rule: string | undefined;
  declare _copied: string | undefined;
  #state: TryState = readState(readUrl());
  #facts: ReadonlyMap<string, ProductFacts> = new Map();
  /** When what is shown next was asked for by a hand. */
  #sinceMs = performance.now();
  readonly #asking = new Asking((outcome) => this.#take(outcome));
  #comparing: AbortController | undefined;

  constructor() {
    super();
    this._isAsking = false;
    new UrlController(this, (params) => this.#follow(readState(params)));
  }

  override connectedCallback(): void {
    super.connectedCallback();
    document.addEventListener('keydown', this.#key);
    void this.#load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    document.removeEventListener('keydown', this.#key);
    this.#asking.stop();
    this.#comparing?.abort();
  }

  /** "/" goes to the search, unless something is being written. */
  #key = (event: KeyboardEvent): void => {
    if (event.key !== '/' || event.metaKey || event.ctrlKey || isWriting(event)) return;
    event.preventDefault();
    this.renderRoot.querySelector<SpProductSearch>('sp-product-search')?.focus();
  };

  /** Labels, policies, facets; then the policy of the state, and its list. */
  async #load(): Promise<void> {
    this._error = undefined;
    try {
      this._context = await loadContext(this.#state.label);
      await this.#loadPolicy();
      this.#ask();
    } catch (error) {
      this._error = error;
    }
  }

  async #loadPolicy(): Promise<void> {
    if (this._context === undefined) return;
    const name = policyName(this.#state, this._context);
    const policy = await loadPolicy(name, this.#state.label);
    // Somebody may have chosen another one meanwhile.
    if (name === policyName(this.#state, this._context)) this._policy = policy;
  }

  /** The URL says something else now. */
  #follow(next: TryState): void {
    if (!location.pathname.match(/^\/ui\/(try)?$/)) return;
    const before = this.#state;
    if (canonical(next) === canonical(before)) return;
    this.#state = next;
    this.#sinceMs = performance.now();
    if (next.label !== before.label) void this.#load();
    else if (next.policy !== before.policy || next.placement !== before.placement)
      void this.#loadPolicy().then(
        () => this.#ask(),
        (error: unknown) => {
          this._error = error;
        },
      );
    else this.#ask();
  }

  #ask(): void {
    if (this.#state.products.length === 0) {
      this.#asking.stop();
      this._answer = undefined;
      this._error = undefined;
      void popularProducts().then(
        (products) => {
          this._popular = products;
        },
        (error: unknown) => {
          this._error = error;
        },
      );
      return;
    }
    this._isAsking = true;
    this.#asking.ask(this.#state);
  }

  #take({ answer, error }: Outcome): void {
    this._isAsking = false;
    this._error = error;
    if (answer === undefined) {
      // The list of another product must not stand under this one's name.
      if (this._answer?.product !== this.#state.products[0]) this._answer = undefined;
      return;
    }
    this._answer = answer;
    const { query, basket = [] } = answer.explain ?? {};
    const known = [query, ...basket].flatMap((facts) =>
      facts === undefined ? [] : [[facts.id, facts] as const],
    );
    this.#facts = new Map([...this.#facts, ...known]);
    if (query !== undefined) rememberProduct(query);
    const { returned, wanted } = answer.filled;
    announce(`${plural(returned, 'recommendation')} of ${wanted} wanted`);
    void this.#compareWithWritten(answer);
  }

  /** Where the cards would stand without the changes. */
  async #compareWithWritten(answer: RecommendAnswer): Promise<void> {
    this.#comparing?.abort();
    if (Object.keys(this.#state.overrides).length === 0) {
      this._written = undefined;
      return;
    }
    const running = new AbortController();
    this.#comparing = running;
    const places = await placesAsWritten(this.#state, answer.filled.wanted, running.signal).catch(
      () => undefined,
    );
    if (!running.signal.aborted) this._written = places;
  }

  protected override updated(changed: PropertyValues): void {
    if (!changed.has('_answer') || this._answer === undefined) return;
    // From the change to the new list on the page; the frame that paints it comes next.
    const start = this.#sinceMs;
    void this.renderRoot
      .querySelector<TryResults>('try-results')
      ?.updateComplete.then(() => performance.measure('sepet-list-shown', { start, end: performance.now() }));
  }

  /** Sliders move often: the back button passes over all but the first of a series. */
  #lastChangeMs = Number.NEGATIVE_INFINITY;
  #patch(patch: Parameters<typeof patchUrl>[0], isLive = false): void {
    const now = performance.now();
    const replace = isLive && now - this.#lastChangeMs < 1000;
    this.#lastChangeMs = isLive ? now : Number.NEGATIVE_INFINITY;
    patchUrl(patch, { replace });
  }

  #setProducts = (products: readonly string[]): void => this.#patch({ product: products, fallback: null });
  #look = (id: string): void => this.#setProducts([id]);
  #add = (id: string): void => {
    if (this.#state.products.includes(id)) announce('It is in the basket already');
    else this.#setProducts([...this.#state.products, id]);
  };
  #override = (overrides: Overrides): void => this.#patch(rulesPatch(overrides), true);
  #narrow = (narrowing: Narrowing): void => this.#patch(narrowingPatch(narrowing), true);

  async #copy(text: string, what: string): Promise<void> {
    this._copied = (await copyText(text, what)) ? what : 'Not allowed';
    setTimeout(() => {
      this._copied = undefined;
    }, 2000);
  }

  override render() {
    const { products } = this.#state;
    return html`
      <div class="top">
        <div class="heading">
          <h1>Try</h1>
          <p class="muted">Find a product, see what is recommended with it, and move the rules.</p>
        </div>
        ${this.#renderChoices()}
      </div>
      <div class="layout">
        <div class="main">
          ${this.#renderSearch()}
          ${products.length === 0 ? this.#renderStart() : this.#renderProduct()}
        </div>
        <aside class="panel rules" aria-label="Rules" tabindex="-1">${this.#renderRules()}</aside>
      </div>
    `;
  }

  #renderSearch() {
    const isBasket = this.#state.products.length > 0;
    return html`<div class="search">
      <sp-product-search
        label="Find a product ( / )"
        @pick=${(event: CustomEvent<ProductFacts>) => this.#look(event.detail.id)}
      ></sp-product-search>
      ${
        isBasket
          ? html`<sp-product-search
              label="Add one to the basket"
              placeholder="Bought together with …"
              @pick=${(event: CustomEvent<ProductFacts>) => this.#add(event.detail.id)}
            ></sp-product-search>`
          : nothing
      }
    </div>`;
  }

  /** Where the rules stand far below the list. */
  #toRules(): void {
    const rules = this.renderRoot.querySelector<HTMLElement>('aside.rules');
    rules?.scrollIntoView({ block: 'start' });
    rules?.focus({ preventScroll: true });
  }

  #renderChoices() {
    return this._context && policyChoices(this.#state, this._context, (patch) => this.#patch(patch));
  }

  #renderStart() {
    if (this._error !== undefined)
      return html`<sp-error .error=${this._error} @retry=${() => void this.#load()}></sp-error>`;
    return startView(this._popular ?? []);
  }

  #renderProduct() {
    const answer = this._answer;
    const { products } = this.#state;
    const code = (this._error as { code?: string } | undefined)?.code;
    return html`
      ${
        this._error === undefined
          ? nothing
          : html`<sp-error .error=${this._error} ?final=${code === 'product_unknown' || code === 'policy_invalid'} @retry=${() => void this.#load()}></sp-error>
              ${
                code === 'product_unknown'
                  ? html`<div class="row"><button @click=${() => this.#patch({ fallback: '1' })}>Show popular products instead</button>
                      <a href="/ui/try">Begin anew</a></div>`
                  : nothing
              }`
      }
      ${answer === undefined ? (this._error === undefined ? html`<sp-busy></sp-busy>` : nothing) : this.#renderAnswer(answer, products)}
    `;
  }

  #renderAnswer(answer: RecommendAnswer, products: readonly string[]) {
    const effective = this._policy && applied(this._policy, this.#state.overrides);
    const titles = new Map([...this.#facts].map(([id, { title = id }]) => [id, title]));
    return html`
      <div class="pair">
        <section class="panel" aria-label="Product">
          <try-basket
            .products=${products}
            .facts=${this.#facts}
            @basket=${(event: CustomEvent<readonly string[]>) => this.#setProducts(event.detail)}
          ></try-basket>
          ${
            (answer.unknown ?? []).length === 0
              ? nothing
              : html`<p class="warn small">Not in this catalogue, so left out: ${answer.unknown?.join(', ')}</p>`
          }
        </section>
        <section class="panel funnel" aria-labelledby="funnel">
          <h2 id="funnel">Candidates through the rules</h2>
          <sp-funnel
            .answer=${answer}
            .order=${['blocks', ...(effective?.filters ?? []).map(({ name }) => name)]}
            @rule=${(event: CustomEvent<string>) => this.#showRule(event.detail)}
          ></sp-funnel>
        </section>
      </div>
      ${this.#renderList(answer, effective, titles)}
      <section class="panel dropped" aria-labelledby="dropped">
        <h2 id="dropped">Not shown, and why</h2>
        <try-dropped .answer=${answer} .policy=${effective} .open=${this._rule}></try-dropped>
      </section>
    `;
  }

  #showRule(rule: string): void {
    this._rule = undefined;
    void this.updateComplete.then(() => {
      this._rule = rule;
    });
  }

  #renderList(answer: RecommendAnswer, effective: Policy | undefined, titles: ReadonlyMap<string, string>) {
    const { returned, wanted } = answer.filled;
    const gone = [...(this._written?.keys() ?? [])].filter(
      (id) => !answer.items.some((item) => item.id === id),
    ).length;
    const narrowed = narrowingCount(this.#state.narrowing);
    return html`<section class="list" aria-labelledby="list" aria-busy=${this._isAsking}>
      <div class="row spread list-head">
        <h2 id="list">Recommendations</h2>
        <button class="small to-rules" @click=${this.#toRules}>Rules ↓</button>
        <span class="small muted">
          ${this._written === undefined || gone === 0 ? nothing : html`<span>${plural(gone, 'product')} of the policy's own list gone · </span>`}
          ${returned} of ${wanted} · ${answer.policy}${this.#state.label === '' ? '' : ` on ${this.#state.label}`}
        </span>
      </div>
      <details class="narrow" ?open=${narrowed > 0}>
        <summary>As a shopper filters ${narrowed === 0 ? nothing : html`<span class="chip accent">${narrowed}</span>`}</summary>
        <try-narrow
          .value=${this.#state.narrowing}
          .facets=${this._context?.facets}
          @narrow=${(event: CustomEvent<Narrowing>) => this.#narrow(event.detail)}
        ></try-narrow>
        ${narrowed === 0 ? nothing : html`<button class="plain small" @click=${() => this.#narrow(nothingNarrowed)}>Take these filters off</button>`}
      </details>
      ${shortageAdvice(answer.filled, effective)}
      <try-results
        .answer=${answer}
        .written=${this._written}
        .titles=${titles}
        @look=${(event: CustomEvent<string>) => this.#look(event.detail)}
        @add=${(event: CustomEvent<string>) => this.#add(event.detail)}
      ></try-results>
    </section>`;
  }

  #renderRules() {
    const policy = this._policy;
    if (policy === undefined)
      return html`<h2>Rules</h2>${this._error === undefined ? html`<sp-busy></sp-busy>` : nothing}`;
    const { overrides } = this.#state;
    return html`
      ${rulesHead(this.#state, policy, {
        copied: this._copied,
        copy: (text, what) => void this.#copy(text, what),
        reset: () => this.#override({}),
      })}
      <sp-rules
        .document=${policy}
        .overrides=${overrides}
        .facets=${this._context?.facets}
        .holds=${this._context?.holds}
        .dropped=${this._answer?.filled.filteredBy}
        @change=${(event: CustomEvent<Overrides>) => this.#override(event.detail)}
      ></sp-rules>
    `;
  }
}
customElements.define('page-try', PageTry);
