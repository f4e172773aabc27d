// The labels of the store and what they point at; of the chosen one, all that it pointed at before.

import { css, html, LitElement, nothing } from 'lit';
import type { AdminClient, Told } from 'sepet/client';
import { admin, asOperator, configNow, token } from '../../kit/api.ts';
import { formatNumber } from '../../kit/money.ts';
import '../../kit/states.ts';
import { base, buttons, cards, tables } from '../../kit/styles.ts';
import { UrlController } from '../../kit/url-state.ts';
import { dayText, momentText, shortHash } from './words.ts';

export interface Releases {
  readonly label: string;
  readonly labels: readonly Told[];
  /** Of `label`, newest first. */
  readonly history: readonly Told[];
}

const historyLimit = 30;

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;
const wantsToken = (error: unknown): boolean =>
  codeOf(error) === 'token_missing' || codeOf(error) === 'token_invalid';

const actionText = ({ entry: { action, source, restores } }: Told): string => {
  if (action === 'promote' && source !== undefined) return `promoted from ${source.label}@${source.revision}`;
  if (action === 'rollback') return restores === undefined ? 'rolled back' : `rolled back to ${restores}`;
  return 'published';
};

export class OvReleases extends LitElement {
  static override properties = {
    served: { attribute: false },
    _found: { state: true },
    _error: { state: true },
    _isBusy: { state: true },
  };
  static override styles = [base, buttons, cards, tables, releasesStyles()];
  /** The label that the server follows. */
  declare served: string | undefined;
  declare _found: Releases | undefined;
  declare _error: unknown;
  declare _isBusy: boolean;
  #url = new UrlController(this, () => {
    if (this._found !== undefined && this._found.label !== this.#chosen) void this.load();
  });

  constructor() {
    super();
    this._isBusy = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    window.addEventListener('sepet-operator', this.#signedIn);
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    window.removeEventListener('sepet-operator', this.#signedIn);
  }

  #signedIn = (): void => {
    if (token() !== '' && wantsToken(this._error)) void this.load();
  };

  get #chosen(): string {
    return this.#url.params.get('label') ?? this.served ?? 'production';
  }

  /** Reads labels and history; asks for the token only where `mayAsk`. */
  async load(mayAsk = false): Promise<void> {
    if (!configNow().releases) return;
    this._isBusy = true;
    const label = this.#chosen;
    const read = async (client: AdminClient): Promise<Releases> => {
      const { labels } = await client.labels();
      const { entries } = await client.history(label, { limit: historyLimit });
      return { label, labels, history: entries };
    };
    try {
      this._found = await (mayAsk ? asOperator(read) : read(admin()));
      this._error = undefined;
      this.dispatchEvent(new CustomEvent('releases', { detail: this._found }));
    } catch (error) {
      this._error = error;
    } finally {
      this._isBusy = false;
    }
  }

  override render() {
    return html`<section class="panel" aria-labelledby="releases">
      <h2 id="releases">Labels and their history</h2>
      ${this.#renderBody()}
    </section>`;
  }

  #renderBody() {
    const { _found: found, _error: error } = this;
    if (!configNow().releases)
      return html`<sp-empty heading="This server follows no label">
        It serves a file. Publish releases to a store and start it with <code>--label production</code>, and their history stands here.
      </sp-empty>`;
    if (wantsToken(error))
      return html`<sp-empty heading="For operators">
        What labels pointed at, and who moved them, wants the admin token.
        <p><button class="primary" @click=${() => void this.load(true)}>Show history</button></p>
      </sp-empty>`;
    if (error !== undefined)
      return html`<sp-error .error=${error} @retry=${() => void this.load()}></sp-error>`;
    if (found === undefined) return html`<sp-busy text="Reading the labels …"></sp-busy>`;
    return [this.#renderLabels(found), this.#renderHistory(found)];
  }

  #renderLabels({ labels, label: chosen }: Releases) {
    return html`<ul class="labels" aria-label="Labels">
      ${labels.map(({ entry: { label, revision, at }, artifact, policies }) => {
        const href =
          label === this.served ? '/ui/overview' : `/ui/overview?label=${encodeURIComponent(label)}`;
        return html`<li class=${label === chosen ? 'card chosen' : 'card'}>
          <a href=${href} aria-current=${label === chosen ? 'true' : nothing}>${label}</a>
          ${label === this.served ? html`<span class="chip good">served</span>` : nothing}
          <p>${artifact?.name ?? 'no artifact'} <span class="muted">revision ${revision}</span></p>
          <p class="small muted">${policies?.names.join(', ') ?? 'no policies of its own'}</p>
          <p class="small muted">since ${momentText(at)}</p>
        </li>`;
      })}
    </ul>`;
  }

  #renderHistory({ label, history }: Releases) {
    return html`<h3>History of ${label}</h3>
      <div class="scroll" tabindex="0" role="region" aria-label=${`History of ${label}`}>
        <table>
          <thead><tr><th>Revision</th><th>When</th><th>What</th><th>Why</th><th>Release</th><th>Policies</th><th></th></tr></thead>
          <tbody>${history.map((told, i) => this.#renderRevision(told, i === 0))}</tbody>
        </table>
      </div>`;
  }

  #renderRevision(told: Told, isLatest: boolean) {
    const { entry, artifact, policies } = told;
    const { label, revision, at, by, why, forced } = entry;
    const sides = `label=${encodeURIComponent(label)}&from=${label}@${revision - 1}&to=${label}@${revision}`;
    return html`<tr class=${isLatest ? 'now' : ''}>
      <td class="number">${revision}${isLatest ? html` <span class="chip accent">now</span>` : nothing}</td>
      <td title=${momentText(at)}>${momentText(at)}</td>
      <td>${actionText(told)}<br /><span class="small muted">by ${by}</span></td>
      <td>${why || '–'}${forced === undefined ? nothing : html`<br /><span class="small warn">gates overruled: ${forced}</span>`}</td>
      <td>${
        artifact === undefined
          ? html`<span class="muted">pruned</span>`
          : html`${artifact.name}<br /><span class="small muted" title=${artifact.file}>${formatNumber(artifact.products)} products, built ${dayText(artifact.createdAt)}, ${shortHash(artifact.file).slice(0, 8)}</span>`
      }</td>
      <td>${policies?.names.join(', ') ?? '–'}</td>
      <td>${
        revision === 1
          ? nothing
          : html`<a href=${`/ui/overview?${sides}`} aria-label=${`What changed with revision ${revision}`}>What changed</a>`
      }</td>
    </tr>`;
  }
}
customElements.define('ov-releases', OvReleases);

function releasesStyles() {
  return css`
    section { display: grid; gap: var(--space-3); min-width: 0; }
    .labels { display: grid; gap: var(--space-3); grid-template-columns: repeat(auto-fill, minmax(200px, 1fr)); }
    .labels .card { padding: var(--space-3); box-shadow: none; }
    .labels .chosen { border-color: var(--accent); }
    .labels a { font-weight: 650; }
    tr.now td { background: var(--surface-3); }
    td { min-width: 88px; }
    td.number { min-width: 76px; text-align: left; white-space: nowrap; }
  `;
}
