// What one release changes against another, in brief: products, figures, policies, and the lists that customers would see.

import { css, html, LitElement, nothing } from 'lit';
import type { Diff } from 'sepet/client';
import { announce } from '../../kit/announce.ts';
import { admin, asOperator, configNow } from '../../kit/api.ts';
import { formatNumber, formatShare, plural } from '../../kit/money.ts';
import '../../kit/states.ts';
import { base, buttons, cards, forms, tables } from '../../kit/styles.ts';
import { patchUrl, UrlController } from '../../kit/url-state.ts';
import type { Releases } from './releases.ts';
import { dayText } from './words.ts';

/** Of more products, comparing waits for the button: both artifacts have to be fetched and asked. */
const mostProductsUnasked = 200_000;
const asked = { products: 300, examples: 4 };

type Example = Diff['lists']['examples'][number];

export class OvChanges extends LitElement {
  static override properties = {
    releases: { attribute: false },
    _diff: { state: true },
    _error: { state: true },
    _isBusy: { state: true },
  };
  static override styles = [base, buttons, cards, forms, tables, changesStyles()];
  declare releases: Releases | undefined;
  declare _diff: Diff | undefined;
  declare _error: unknown;
  declare _isBusy: boolean;
  /** `from to` of what is shown or being fetched. */
  #sides = '';
  #url = new UrlController(this);

  constructor() {
    super();
    this._isBusy = false;
  }

  /** The sides of the URL, or else what the label pointed at before and what it points at. */
  get #chosen(): { from: string; to: string; isChosen: boolean } | undefined {
    const { params } = this.#url;
    const latest = this.releases?.history[0]?.entry;
    const before = latest === undefined || latest.revision < 2 ? undefined : latest.revision - 1;
    const from = params.get('from') ?? (before === undefined ? undefined : `${latest?.label}@${before}`);
    const to = params.get('to') ?? latest?.label;
    if (from === undefined || to === undefined) return undefined;
    return { from, to, isChosen: params.has('from') || params.has('to') };
  }

  override willUpdate(): void {
    const sides = this.#chosen;
    if (this.releases === undefined || sides === undefined) return;
    const products = this.releases.history[0]?.artifact?.products ?? 0;
    if (`${sides.from} ${sides.to}` === this.#sides) return;
    if (sides.isChosen || products <= mostProductsUnasked) void this.#load();
  }

  async #load(mayAsk = false): Promise<void> {
    const sides = this.#chosen;
    if (sides === undefined) return;
    const { from, to } = sides;
    const key = `${from} ${to}`;
    this.#sides = key;
    this._isBusy = true;
    this._error = undefined;
    try {
      const read = (client: ReturnType<typeof admin>) => client.diff(from, to, asked);
      const diff = await (mayAsk ? asOperator(read) : read(admin()));
      if (this.#sides !== key) return;
      this._diff = diff;
      announce(`Compared ${from} with ${to}: ${this.#listsText(diff)}`);
    } catch (error) {
      if (this.#sides !== key) return;
      this._diff = undefined;
      this._error = error;
    }
    this._isBusy = false;
  }

  override render() {
    if (!configNow().releases || this.releases === undefined) return nothing;
    return html`<section class="panel" aria-labelledby="changes" aria-busy=${this._isBusy}>
      <h2 id="changes">What changed</h2>
      ${this.#renderSides()}
      ${this.#renderBody()}
    </section>`;
  }

  #renderSides() {
    const { from = '', to = '' } = this.#chosen ?? {};
    return html`<div class="row sides">
      <div class="field"><label for="from">Before</label>${this.#renderSelect('from', from)}</div>
      <div class="field"><label for="to">After</label>${this.#renderSelect('to', to)}</div>
      ${this._isBusy ? html`<sp-busy text="Comparing lists …"></sp-busy>` : nothing}
    </div>`;
  }

  #renderSelect(name: 'from' | 'to', chosen: string) {
    const { labels = [], history = [] } = this.releases ?? {};
    const names = [
      ...labels.map(({ entry, artifact }) => [entry.label, artifact?.name]),
      ...history.map(({ entry, artifact }) => [`${entry.label}@${entry.revision}`, artifact?.name]),
    ];
    const isListed = names.some(([one]) => one === chosen);
    const change = (event: Event): void =>
      patchUrl({ ...this.#asUrl(), [name]: (event.target as HTMLSelectElement).value });
    return html`<select id=${name} @change=${change}>
      ${isListed ? nothing : html`<option value=${chosen} selected>${chosen || 'choose'}</option>`}
      ${names.map(
        ([one = '', release = '']) =>
          html`<option value=${one} .selected=${one === chosen}>${one} (${release})</option>`,
      )}
    </select>`;
  }

  #asUrl(): Record<string, string> {
    const { from, to } = this.#chosen ?? {};
    return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
  }

  #renderBody() {
    const { _diff: diff, _error: error } = this;
    if (error !== undefined)
      return html`<sp-error .error=${error} @retry=${() => void this.#load(true)}></sp-error>`;
    if (diff !== undefined) return this.#renderDiff(diff);
    if (this.#chosen === undefined)
      return html`<sp-empty heading="Nothing came before">This label has one revision. Choose another label to compare it with.</sp-empty>`;
    return this._isBusy
      ? html`<div class="room"></div>`
      : html`<p><button @click=${() => void this.#load(true)}>Compare now</button>
          <span class="muted small">It is a large catalogue: this takes a while.</span></p>`;
  }

  #renderDiff(diff: Diff) {
    const { before, after } = diff;
    return html`
      <p class="small muted">
        <strong>${before.title}</strong> (built ${dayText(before.createdAt)}, ${before.policies.join(', ') || 'no policies'}) →
        <strong>${after.title}</strong> (built ${dayText(after.createdAt)}, ${after.policies.join(', ') || 'no policies'})
      </p>
      <div class="tiles">${this.#tiles(diff).map(
        ([heading, value, about]) =>
          html`<div class="tile"><h3>${heading}</h3><p class="big">${value}</p><p class="small muted">${about}</p></div>`,
      )}</div>
      ${this.#renderProducts(diff)}
      ${this.#renderFigures(diff)}
      ${diff.lists.examples.length === 0 ? nothing : html`<h3>Lists that changed most</h3>`}
      <div class="examples">${diff.lists.examples.map((example) => this.#renderExample(example))}</div>
    `;
  }

  #listsText({ lists: { compared, changed } }: Diff): string {
    return compared === 0 ? 'no lists in both' : `${formatShare(changed / compared)} of the lists changed`;
  }

  #tiles({ products, lists, policies }: Diff): [string, string, string][] {
    const facts = Object.entries(products.changed).filter(([, count]) => count > 0);
    const { compared, same, reordered, changed, overlapAt10 } = lists;
    const moved = [
      ...policies.added.map((name) => `${name} new`),
      ...policies.changed.map((name) => `${name} changed`),
    ];
    const all = [...moved, ...policies.removed.map((name) => `${name} gone`)];
    const share = (count: number): string => (compared === 0 ? '–' : formatShare(count / compared));
    return [
      [
        'Products',
        `+${formatNumber(products.added)} / −${formatNumber(products.removed)}`,
        facts.length === 0
          ? `${formatNumber(products.both)} in both, nothing else known of them changed`
          : facts.map(([name, count]) => `${formatNumber(count)} with another ${name}`).join(', '),
      ],
      [
        'Lists with other products',
        share(changed),
        `${share(reordered)} in another order only, ${share(same)} the same; the ${plural(compared, 'most ordered product')}`,
      ],
      ['Kept of the first ten', formatShare(overlapAt10), 'on average over these lists'],
      [
        'Policies',
        all.length === 0 ? 'the same' : String(all.length),
        all.join(', ') || 'every rule is as it was',
      ],
    ];
  }

  #renderProducts({ products }: Diff) {
    const told = (words: string, count: number, examples: readonly string[]) =>
      count === 0
        ? nothing
        : html`<p class="small"><strong>${words}</strong> ${examples.join(', ')}${count > examples.length ? ' …' : ''}</p>`;
    return [
      told('New:', products.added, products.addedExamples),
      told('Gone:', products.removed, products.removedExamples),
    ];
  }

  #renderFigures({ figures }: Diff) {
    if (figures.length === 0) return html`<p class="muted small">Neither release brings offline figures.</p>`;
    return html`<details>
      <summary>Offline figures before and after</summary>
      <div class="scroll" tabindex="0" role="region" aria-label="Offline figures before and after"><table>
        <thead><tr><th>Figure</th><th class="number">Before</th><th class="number">After</th><th class="number">Change</th></tr></thead>
        <tbody>${figures.map(({ name, before, after }) => {
          const change =
            before === undefined || after === undefined || before === 0 ? undefined : after / before - 1;
          const tone = change === undefined || Math.abs(change) < 0.005 ? '' : change > 0 ? 'good' : 'bad';
          const text = (value: number | undefined): string =>
            value === undefined ? '–' : formatNumber(value, 3);
          return html`<tr>
            <td>${name}</td><td class="number">${text(before)}</td><td class="number">${text(after)}</td>
            <td class="number ${tone}">${change === undefined ? '–' : `${change < 0 ? '−' : '+'}${formatShare(Math.abs(change), 1)}`}</td>
          </tr>`;
        })}</tbody>
      </table></div>
    </details>`;
  }

  #renderExample({ id, title, before, after, overlapAt10 }: Example) {
    const list = (items: Example['before'], mark: string, tone: string) => html`<ol>
      ${items.map(
        (item) =>
          html`<li>${item.title || item.id}${item.inBoth ? nothing : html` <span class=${`chip ${tone}`}>${mark}</span>`}</li>`,
      )}
    </ol>`;
    return html`<details class="card">
      <summary>${title || id} <span class="muted small">${formatShare(overlapAt10)} kept</span></summary>
      <div class="lists">
        <div><h4 class="small muted">Before</h4>${list(before, 'gone', 'bad')}</div>
        <div><h4 class="small muted">After</h4>${list(after, 'new', 'good')}</div>
      </div>
      <p class="small"><a href=${`/ui/try?product=${encodeURIComponent(id)}`}>Open in Try</a></p>
    </details>`;
  }
}
customElements.define('ov-changes', OvChanges);

function changesStyles() {
  return css`
    section { display: grid; gap: var(--space-3); min-width: 0; }
    .sides { align-items: end; gap: var(--space-3); }
    .sides select { min-width: 200px; }
    .room { min-height: 120px; }
    .tiles { display: grid; gap: var(--space-3); grid-template-columns: repeat(auto-fit, minmax(190px, 1fr)); }
    .tile { padding: var(--space-3); border: 1px solid var(--line); border-radius: var(--radius); }
    .tile h3 { color: var(--text-muted); font-size: 12.5px; }
    .big { font-size: 20px; line-height: 28px; font-weight: 650; }
    .examples { display: grid; gap: var(--space-2); }
    .examples details { padding: var(--space-2) var(--space-3); box-shadow: none; }
    summary { cursor: pointer; }
    .lists { display: grid; gap: var(--space-4); grid-template-columns: repeat(auto-fit, minmax(240px, 1fr)); padding-top: var(--space-2); }
    ol { display: grid; gap: 2px; padding-left: 22px; list-style: decimal; }
  `;
}
