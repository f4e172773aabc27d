// Policies: which are served, and one of them under the pen. What is open stands in the URL; a draft stays in this browser.

import { css, html, LitElement } from 'lit';
import type { Facets, Policies, ServedLabel } from 'sepet/client';
import { client } from '../../kit/api.ts';
import { type Holds, holdsOf } from '../../kit/policy-types.ts';
import { base } from '../../kit/styles.ts';
import { patchUrl, UrlController } from '../../kit/url-state.ts';
import '../../kit/states.ts';
import './policy-editor.ts';
import './policy-list.ts';
import type { Editing } from './editing.ts';
import { openPolicy } from './open.ts';

export interface LabelPolicies {
  readonly label: ServedLabel;
  readonly policies: Policies;
}

export class PagePolicies extends LitElement {
  static override properties = {
    _all: { state: true },
    _facets: { state: true },
    _holds: { state: true },
    _editing: { state: true },
    _error: { state: true },
  };
  static override styles = [base, css`:host { display: block; }`];
  declare _all: readonly LabelPolicies[] | undefined;
  declare _facets: Facets | undefined;
  declare _holds: Holds | undefined;
  declare _editing: Editing | undefined;
  declare _error: unknown;
  readonly #url = new UrlController(this, () => void this.#open());
  #opened = '';

  override connectedCallback(): void {
    super.connectedCallback();
    void this.#load();
    void this.#loadCatalogue();
  }

  /** For pickers and sliders, which do without where it cannot be had. */
  async #loadCatalogue(): Promise<void> {
    const [facets, artifact] = await Promise.allSettled([client.facets({ limit: 200 }), client.artifact()]);
    if (facets.status === 'fulfilled') this._facets = facets.value;
    if (artifact.status === 'fulfilled') this._holds = holdsOf(artifact.value.manifest);
  }

  async #load(): Promise<void> {
    this._error = undefined;
    try {
      this._all = await servedPolicies();
      this.#opened = '';
      await this.#open();
    } catch (error) {
      this._error = error;
    }
  }

  /** Opens what the URL names; nothing where it is open already. */
  async #open(): Promise<void> {
    const { params } = this.#url;
    const [label, policy, starter] = [
      params.get('label') ?? '',
      params.get('policy') ?? '',
      params.get('new') ?? '',
    ];
    const wanted = JSON.stringify([label, policy, starter]);
    if (this._all === undefined || wanted === this.#opened) return;
    this.#opened = wanted;
    this._error = undefined;
    if (policy === '') {
      this._editing = undefined;
      return;
    }
    try {
      const rules = params.get('rules');
      const editing = await openPolicy(this._all, { label, policy, starter, rules });
      if (wanted !== this.#opened) return;
      this._editing = editing;
      // They are in the draft now: a reload must not write them again.
      if (rules !== null) patchUrl({ rules: null }, { replace: true });
    } catch (error) {
      this._editing = undefined;
      this._error = error;
    }
  }

  override render() {
    if (this._error !== undefined)
      return html`<h1>Policies</h1>
        <sp-error .error=${this._error} heading="The policies could not be read" @retry=${() => void this.#load()}></sp-error>
        <p><a href="/ui/policies">All policies</a></p>`;
    if (this._all === undefined) return html`<h1>Policies</h1><sp-busy></sp-busy>`;
    if (this._editing === undefined)
      return this.#url.params.has('policy')
        ? html`<h1>Policies</h1><sp-busy></sp-busy>`
        : html`<pp-list .all=${this._all}></pp-list>`;
    return html`<pp-editor
      .editing=${this._editing}
      .all=${this._all}
      .facets=${this._facets}
      .holds=${this._holds}
      @reload=${() => void this.#load()}
    ></pp-editor>`;
  }
}
customElements.define('page-policies', PagePolicies);

async function servedPolicies(): Promise<readonly LabelPolicies[]> {
  const labels = await client.labels();
  return Promise.all(
    labels.map(async (label) => ({
      label,
      policies: await client.policies(label.main ? {} : { label: label.label }),
    })),
  );
}
