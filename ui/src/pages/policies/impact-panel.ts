// What the draft would change, asked over a sample of products.

import { css, html, LitElement, nothing, type PropertyValues } from 'lit';
import type { Facets, ServedLabel } from 'sepet/client';
import { announce } from '../../kit/announce.ts';
import { admin, asOperator, client } from '../../kit/api.ts';
import { formatNumber, formatShare, plural } from '../../kit/money.ts';
import { base, buttons, cards, forms, tables } from '../../kit/styles.ts';
import { patchUrl, UrlController } from '../../kit/url-state.ts';
import type { Against } from './editing.ts';
import { type Impact, impactOf, impactWords, type SideFigures } from './impact.ts';
import { changedLists } from './impact-lists.ts';
import { askBoth, drawSample, fewest, mostProducts, readSample, type Sample, samplePatch } from './sample.ts';

type State =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly done: number; readonly of: number; readonly stop: AbortController }
  | { readonly kind: 'failed'; readonly error: unknown }
  | { readonly kind: 'done'; readonly impact: Impact; readonly text: string };

export class ImpactPanel extends LitElement {
  static override properties = {
    label: { attribute: false },
    against: { attribute: false },
    text: { attribute: false },
    isValid: { attribute: false },
    facets: { attribute: false },
    linkTo: { attribute: false },
    _state: { state: true },
  };
  static override styles = [base, buttons, forms, cards, tables, impactStyles()];
  declare label: ServedLabel;
  declare against: Against | undefined;
  declare text: string;
  declare isValid: boolean;
  declare facets: Facets | undefined;
  /** Where one product's two lists can be looked at. */
  declare linkTo:
    | ((product: string) => { readonly compare: string | undefined; readonly try: string })
    | undefined;
  declare _state: State;
  readonly #url = new UrlController(this);

  constructor() {
    super();
    this._state = { kind: 'idle' };
    this.text = '';
    this.isValid = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop();
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    // Another policy: what was found says nothing about it.
    if (changed.has('against') && changed.get('against') !== undefined) {
      this.#stop();
      this._state = { kind: 'idle' };
    }
  }

  #stop(): void {
    if (this._state.kind !== 'running') return;
    this._state.stop.abort();
    this._state = { kind: 'idle' };
    announce('Stopped');
  }

  async #run(): Promise<void> {
    const { against: before, text, label } = this;
    if (before === undefined || this._state.kind === 'running') return;
    const stop = new AbortController();
    const { signal } = stop;
    const progress = (done: number, of: number): void => {
      if (!signal.aborted) this._state = { kind: 'running', done, of, stop };
    };
    progress(0, readSample(this.#url.params).count);
    try {
      const products = await drawSample(client, readSample(this.#url.params), signal);
      if (products.length === 0)
        throw new Error('There is no product in this sample. Choose another category.');
      const asked = await asOperator(() =>
        askBoth(admin(), products, {
          ...{ label: label.main ? undefined : label.label, signal, progress },
          ...{ before: before.policy, after: text },
        }),
      );
      if (signal.aborted) return;
      const impact = impactOf(asked, label.products);
      this._state = { kind: 'done', impact, text };
      announce(impactWords(impact).join(' '));
    } catch (error) {
      if (!signal.aborted) this._state = { kind: 'failed', error };
    }
  }

  #change(change: Partial<Sample>): void {
    patchUrl(samplePatch({ ...readSample(this.#url.params), ...change }), { replace: true });
  }

  override render() {
    return html`
      ${this.#renderSample()}
      ${this.#renderState()}
    `;
  }

  #renderSample() {
    const { kind, count, seed, category } = readSample(this.#url.params);
    const value = (event: Event): string => (event.target as HTMLInputElement).value;
    return html`<form class="sample" @submit=${(event: Event) => {
      event.preventDefault();
      void this.#run();
    }}>
      <label class="field"><span class="legend">Products</span>
        <select name="sample" @change=${(event: Event) => this.#change({ kind: value(event) as Sample['kind'] })}>
          <option value="popular" ?selected=${kind === 'popular'}>most ordered</option>
          <option value="random" ?selected=${kind === 'random'}>at random</option>
          <option value="category" ?selected=${kind === 'category'}>of a category</option>
        </select>
      </label>
      ${
        kind === 'category'
          ? html`<label class="field grow"><span class="legend">Category</span>
              <input name="category" list="categories" required .value=${category} placeholder="Type or choose"
                @change=${(event: Event) => this.#change({ category: value(event) })} />
              <datalist id="categories">${(this.facets?.categories ?? []).map((one) => html`<option value=${one.category}></option>`)}</datalist>
            </label>`
          : nothing
      }
      ${
        kind === 'random'
          ? html`<label class="field"><span class="legend">Draw</span>
              <input class="short" name="seed" type="number" min="1" step="1" .value=${String(seed)}
                @change=${(event: Event) => this.#change({ seed: Number(value(event)) })} /></label>`
          : nothing
      }
      <label class="field"><span class="legend">How many</span>
        <input class="short" name="n" type="number" min=${fewest} max=${mostProducts} step="1" .value=${String(count)}
          @change=${(event: Event) => this.#change({ count: Math.min(mostProducts, Math.max(fewest, Math.round(Number(value(event))) || fewest)) })} />
      </label>
      ${
        this._state.kind === 'running'
          ? html`<button type="button" @click=${() => this.#stop()}>Stop</button>`
          : html`<button class="primary" ?disabled=${!this.isValid || this.against === undefined}>Preview the impact</button>`
      }
    </form>`;
  }

  #renderState() {
    const state = this._state;
    if (state.kind === 'running')
      return html`<label class="progress small muted">Asked ${formatNumber(state.done)} of ${plural(state.of, 'product')}
        <progress max=${state.of} .value=${state.done}></progress></label>`;
    if (state.kind === 'failed')
      return html`<sp-error heading="The preview could not be made" .error=${state.error} @retry=${() => void this.#run()}></sp-error>`;
    if (state.kind === 'done') return this.#renderImpact(state.impact, state.text !== this.text);
    if (!this.isValid)
      return html`<sp-empty heading="Nothing to preview yet">Mend the mistakes in the policy first; then the server can try it.</sp-empty>`;
    return html`<sp-empty heading="What would change for customers?">
      Both policies, ${this.against?.words ?? 'what is served'} and your draft, are asked about the same products, and their lists are compared. Nothing that is
      served changes.
    </sp-empty>`;
  }

  #renderImpact(impact: Impact, isOld: boolean) {
    const words = impactWords(impact);
    return html`
      ${
        isOld
          ? html`<p class="note" role="status">The draft was changed since. <button class="plain" ?disabled=${!this.isValid} @click=${() => void this.#run()}>Ask again</button></p>`
          : nothing
      }
      <div class="words" data-words>
        <p class="lead">${words[0]}</p>
        ${words.slice(1).map((one) => html`<p>${one}</p>`)}
      </div>
      ${impact.products === 0 ? nothing : figureTable(impact, this.against?.words ?? 'served')}
      ${
        impact.failed.length === 0
          ? nothing
          : html`<p class="small muted">${plural(impact.failed.length, 'product')} could not be answered and count nowhere: ${impact.failed[0]?.why}</p>`
      }
      ${changedLists(impact, (product) => this.linkTo?.(product))}
    `;
  }
}
customElements.define('pp-impact', ImpactPanel);

const percent = (value: number): string => formatShare(value, 1);

interface FigureRow {
  readonly id: string;
  readonly name: string;
  readonly about: string;
  readonly of: (side: SideFigures) => number | undefined;
  readonly format: (value: number) => string;
  /** How a difference is said. */
  readonly difference: (value: number) => string;
  /** Whether more is better; undefined where neither is. */
  readonly up?: boolean;
}

const points = (value: number): string =>
  `${value > 0 ? '+' : '−'}${formatNumber(Math.abs(value) * 100, 1)} pts`;
const signed =
  (digits: number) =>
  (value: number): string =>
    `${value > 0 ? '+' : '−'}${formatNumber(Math.abs(value), digits)}`;
const ratio = (value: number): string => `${formatNumber(value, 2)} ×`;

const rows: readonly FigureRow[] = [
  {
    ...{
      id: 'fill',
      name: 'Fill rate',
      about: 'places that have an item',
      of: (side: SideFigures) => side.fillRate,
    },
    ...{ format: percent, difference: points, up: true },
  },
  {
    ...{
      id: 'short',
      name: 'Lists too short',
      about: 'products with fewer items than wanted',
      of: (side: SideFigures) => side.short,
    },
    ...{ format: (value: number) => formatNumber(value), difference: signed(0), up: false },
  },
  {
    ...{
      id: 'fallback',
      name: 'From popularity lists',
      about: 'items that only fill up',
      of: (side: SideFigures) => side.fallbackShare,
    },
    ...{ format: percent, difference: points, up: false },
  },
  {
    ...{
      id: 'coverage',
      name: 'Coverage',
      about: 'of the catalogue is shown to somebody',
      of: (side: SideFigures) => side.coverage,
    },
    ...{ format: percent, difference: points, up: true },
  },
  {
    ...{
      id: 'distinct',
      name: 'Different products shown',
      about: 'over all lists',
      of: (side: SideFigures) => side.distinct,
    },
    ...{ format: (value: number) => formatNumber(value), difference: signed(0), up: true },
  },
  {
    ...{
      id: 'price',
      name: 'Price against the product',
      about: 'median over all items',
      of: (side: SideFigures) => side.priceRatio,
    },
    ...{ format: ratio, difference: signed(2) },
  },
];

function figureTable(impact: Impact, before: string) {
  return html`<div class="scroll"><table>
    <caption class="visually-hidden">Figures of ${before} and of the draft</caption>
    <thead><tr><th scope="col">Figure</th><th scope="col" class="number">${before}</th><th scope="col" class="number">Draft</th><th scope="col" class="number">Difference</th></tr></thead>
    <tbody>
      ${rows.map(({ id, name, about, of, format, difference, up }) => {
        const [old, fresh] = [of(impact.before), of(impact.after)];
        const change = old === undefined || fresh === undefined ? 0 : fresh - old;
        const isSmall = Math.abs(change) < 5e-4;
        // A hundredth more or less is neither good nor bad.
        const isSlight = Math.abs(change) < 0.01 * Math.abs(old ?? 0);
        const tone = isSmall || isSlight || up === undefined ? 'muted' : change > 0 === up ? 'good' : 'bad';
        return html`<tr data-figure=${id}>
          <th scope="row">${name}<span class="about">${about}</span></th>
          <td class="number">${old === undefined ? 'not known' : format(old)}</td>
          <td class="number">${fresh === undefined ? 'not known' : format(fresh)}</td>
          <td class="number ${tone}">${isSmall ? 'no change' : difference(change)}</td>
        </tr>`;
      })}
    </tbody>
  </table></div>`;
}

function impactStyles() {
  return css`
    :host { display: grid; align-content: start; gap: var(--space-3); min-width: 0; }
    .sample { display: flex; flex-wrap: wrap; align-items: end; gap: var(--space-2) var(--space-3); }
    .short { width: 88px; }
    .grow { flex: 1; min-width: 160px; }
    .progress { display: grid; gap: 4px; }
    progress { width: 100%; height: 10px; accent-color: var(--accent); }
    .note { padding: 6px 12px; border-radius: var(--radius); background: var(--warn-soft); color: var(--warn); }
    .words { display: grid; gap: 2px; padding: var(--space-3); border-left: 3px solid var(--accent); background: var(--surface); }
    .lead { font-size: 15px; font-weight: 600; }
    tbody th { color: var(--text); font-size: 14px; font-weight: 500; }
    .about { display: block; color: var(--text-muted); font-size: 12.5px; font-weight: 400; }
    @media (max-width: 480px) { .about { display: none; } }
    td { white-space: nowrap; }
    .lists { display: grid; gap: var(--space-2); }
    .list { padding: 8px 10px; border: 1px solid var(--line); border-radius: var(--radius); }
    .list summary { display: flex; flex-wrap: wrap; align-items: baseline; gap: 2px 10px; cursor: pointer; }
    .list summary b { font-weight: 600; overflow-wrap: anywhere; }
    .pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(200px, 1fr)); gap: var(--space-3); margin-top: 8px; }
    .pair li { display: flex; gap: 6px; padding: 2px 0; font-size: 13px; overflow-wrap: anywhere; }
    .pair li > :first-child { min-width: 18px; color: var(--text-muted); text-align: right; }
  `;
}
