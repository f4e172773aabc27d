// One policy: form and YAML in step, what changes, what it would do, and how it becomes a release.

import { html, LitElement, nothing, type PropertyValues } from 'lit';
import type { Facets } from 'sepet/client';
import { announce } from '../../kit/announce.ts';
import { asOperator, client } from '../../kit/api.ts';
import type { Holds, Overrides } from '../../kit/policy-types.ts';
import { base, buttons, cards } from '../../kit/styles.ts';
import { goTo, patchUrl, UrlController } from '../../kit/url-state.ts';
import './changes-panel.ts';
import { Checking } from './checking.ts';
import './decision-dialog.ts';
import type { DecisionDialog } from './decision-dialog.ts';
import { dropDraft, keepText } from './drafts.ts';
import { type Editing, policyOf } from './editing.ts';
import { banners, mistakeList, tabBar, titleRow, type View, views } from './editor-parts.ts';
import { editorSheet } from './editor-styles.ts';
import './history-panel.ts';
import './impact-panel.ts';
import { overridesBetween } from './overrides-between.ts';
import type { LabelPolicies } from './page-policies.ts';
import './policy-form.ts';
import { follow } from './follow.ts';
import type { DraftChange } from './policy-form.ts';
import { promote, rollBack } from './release-steps.ts';
import { putLive, type Saved, type Saving, savable, saveDraft } from './save.ts';
import './yaml-editor.ts';
import type { YamlEditor } from './yaml-editor.ts';

const narrow = '(max-width: 960px)';

export class PolicyEditor extends LitElement {
  static override properties = {
    editing: { attribute: false },
    all: { attribute: false },
    facets: { attribute: false },
    holds: { attribute: false },
    _isNarrow: { state: true },
    _said: { state: true },
  };
  static override styles = [base, buttons, cards, editorSheet];
  declare editing: Editing;
  declare all: readonly LabelPolicies[];
  declare facets: Facets | undefined;
  /** What the artifact has that policies can ask for. */
  declare holds: Holds | undefined;
  declare _isNarrow: boolean;
  /** What was done last. */
  declare _said: string | undefined;
  readonly #url = new UrlController(this);
  readonly #media = matchMedia(narrow);
  readonly #checking = new Checking(() => this.requestUpdate());
  #keeping: ReturnType<typeof setTimeout> | undefined;

  override connectedCallback(): void {
    super.connectedCallback();
    this._isNarrow = this.#media.matches;
    this.#media.addEventListener('change', this.#resized);
    window.addEventListener('beforeunload', this.#leaving);
    window.addEventListener('sepet-operator', this.#check);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#keep();
    this.#checking.stop();
    this.#media.removeEventListener('change', this.#resized);
    window.removeEventListener('beforeunload', this.#leaving);
    window.removeEventListener('sepet-operator', this.#check);
  }

  protected override willUpdate(changed: PropertyValues<this>): void {
    if (changed.has('editing')) this.#checking.start(this.editing);
  }

  #resized = (): void => {
    this._isNarrow = this.#media.matches;
  };

  #check = (): void => this.#checking.start(this.editing);

  /** The draft is kept; but who leaves may not know that it is not saved. */
  #leaving = (event: BeforeUnloadEvent): void => {
    this.#keep();
    if (this.editing.isDirty) event.preventDefault();
  };

  #keep(): void {
    clearTimeout(this.#keeping);
    this.editing.keep();
  }

  #changed(): void {
    this._said = undefined;
    this.requestUpdate();
    this.#checking.start(this.editing);
    clearTimeout(this.#keeping);
    this.#keeping = setTimeout(() => this.#keep(), 250);
  }

  #typed(text: string): void {
    this.editing.setText(text);
    this.#changed();
  }

  #formed(change: DraftChange): void {
    this.editing.setDraft(change);
    this.#changed();
  }

  get #yaml(): YamlEditor | null {
    return this.renderRoot.querySelector<YamlEditor>('pp-yaml');
  }

  get #dialog(): DecisionDialog {
    return this.renderRoot.querySelector('pp-decision') as DecisionDialog;
  }

  get #view(): View {
    const view = views.find((one) => one === this.#url.params.get('view'));
    if (view !== undefined && (view !== 'form' || this._isNarrow)) return view;
    return this._isNarrow ? 'form' : 'yaml';
  }

  #show(view: View): void {
    patchUrl({ view: view === (this._isNarrow ? 'form' : 'yaml') ? null : view }, { replace: true });
  }

  async #goToLine(line: number, column?: number): Promise<void> {
    this.#show('yaml');
    await this.updateComplete;
    this.#yaml?.goTo(line, column);
  }

  #discard(): void {
    if (this.editing.isOvertaken || this.editing.text !== this.editing.base)
      announce('Draft discarded. Undo takes it back.');
    this.editing.setText(this.editing.base);
    this.editing.forget();
    this.#changed();
  }

  get #saving(): Saving {
    return {
      editing: this.editing,
      labels: this.all.map(({ label }) => label),
      dialog: this.#dialog,
      currency: this.facets?.currency ?? undefined,
      lookAtTheirs: () => this.#reload(),
    };
  }

  #reload(): void {
    this.#keep();
    this.dispatchEvent(new CustomEvent('reload'));
  }

  async #save(): Promise<void> {
    const { editing } = this;
    if (savable(this.#saving.labels).length === 0) {
      if (!(await putLive(this.#saving))) return;
      editing.forget();
      this.#done(`${editing.name} is served until the restart.`, editing.label.label);
      return;
    }
    const saved = await saveDraft(this.#saving);
    if (saved !== undefined) await this.#wasSaved(saved);
  }

  async #wasSaved({ label, entry, moved, text }: Saved): Promise<void> {
    const { editing } = this;
    const { label: own, name } = editing;
    this._said = moved
      ? `Saved as ${label}@${entry.revision}. Waiting until it is served …`
      : `${label} has this policy already.`;
    announce(this._said);
    editing.forget();
    dropDraft(own.label, name);
    await follow(label, entry.revision);
    const { hash } = await client.policy(name, own.label === label && own.main ? {} : { label });
    keepText(hash, text);
    this.#done(`${name} is saved as ${label}@${entry.revision} and served.`, label);
  }

  /** Opens the label anew and says what was done. */
  #done(said: string, label: string): void {
    this.editing.setText(this.editing.base);
    this._said = said;
    announce(said);
    goTo(
      `/ui/policies?${new URLSearchParams({ label, policy: this.editing.name, ...(this.#view !== 'yaml' && { view: this.#view }) })}`,
      {
        replace: true,
      },
    );
    this.dispatchEvent(new CustomEvent('reload'));
  }

  async #promote(): Promise<void> {
    const main = this.all.find(({ label }) => label.main)?.label;
    if (main === undefined) return;
    const from = this.editing.label.label;
    const entry = await promote({ dialog: this.#dialog, label: main.label, from });
    if (entry === undefined) return;
    this._said = `Promoted as ${main.label}@${entry.revision}. Waiting until it is served …`;
    await follow(main.label, entry.revision);
    this._said = `${from} is promoted: customers see ${main.label}@${entry.revision}.`;
    announce(this._said);
    this.#reload();
  }

  async #rollBack(told: Parameters<typeof rollBack>[0]['told']): Promise<void> {
    const { label } = this.editing.label;
    const entry = await rollBack({ dialog: this.#dialog, label, told });
    if (entry === undefined) return;
    this._said = `Rolled back as ${label}@${entry.revision}. Waiting until it is served …`;
    await follow(label, entry.revision);
    this._said = `${label} is back at what it had at revision ${told.entry.revision}, as revision ${entry.revision}.`;
    announce(this._said);
    this.#reload();
  }

  #download(): void {
    const url = URL.createObjectURL(new Blob([this.editing.text], { type: 'application/yaml' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = `${this.editing.name}.yaml`;
    link.click();
    URL.revokeObjectURL(url);
  }

  #linksTo = (product: string): { compare: string | undefined; try: string } => {
    const { label, name, served, form } = this.editing;
    const rules = served && overridesBetween(policyOf(served.document), form.policy);
    const own = { label: label.label, policy: served?.name ?? '' };
    const rulesText = (of: Overrides | undefined) =>
      of === undefined || Object.keys(of).length === 0 ? {} : { rules: JSON.stringify(of) };
    const query = new URLSearchParams({ product, label: own.label, policy: own.policy, ...rulesText(rules) });
    const sides = { a: own.label, 'a-policy': name, b: own.label, 'b-policy': name };
    const compare = rules && new URLSearchParams({ ...sides, 'b-rules': JSON.stringify(rules), product });
    return { try: `/ui/try?${query}`, compare: compare && `/ui/compare?${compare}` };
  };

  override render() {
    const { editing } = this;
    if (editing === undefined) return nothing;
    const view = this.#view;
    const isFile = savable(this.all.map(({ label }) => label)).length === 0;
    return html`
      ${titleRow(editing, {
        isFile,
        save: () => void this.#save(),
        undo: () => this.#yaml?.undo(),
        redo: () => this.#yaml?.redo(),
        download: () => this.#download(),
        signIn: () =>
          void asOperator((operator) => operator.checkPolicy(editing.text)).then(this.#check, this.#check),
        showMistakes: () => void this.#goToLine(editing.mistakes[0]?.line ?? 1, editing.mistakes[0]?.column),
      })}
      ${banners(editing, {
        said: this._said,
        discard: () => this.#discard(),
        keepMine: () => {
          this.editing.settle();
          this.requestUpdate();
        },
        showChanges: () => this.#show('changes'),
      })}
      ${this._isNarrow ? tabBar(view, true, editing, (one) => this.#show(one)) : nothing}
      <div class="panes">
        <div class="pane card form" role=${this._isNarrow ? 'tabpanel' : 'region'} id="panel-form" aria-label="Form" ?hidden=${this._isNarrow && view !== 'form'}>
          ${this._isNarrow ? nothing : html`<h2 class="visually-hidden">Form</h2>`}
          <pp-form
            .form=${editing.form}
            .draft=${editing.read.draft ?? {}}
            .served=${editing.served && policyOf(editing.served.document)}
            .facets=${this.facets}
            .holds=${this.holds}
            .mistakes=${editing.mistakes}
            .why=${editing.whyReadOnly}
            @draft=${(event: CustomEvent<DraftChange>) => this.#formed(event.detail)}
          ></pp-form>
        </div>
        <div class="pane card side" ?hidden=${this._isNarrow && view === 'form'}>
          ${this._isNarrow ? nothing : tabBar(view, false, editing, (one) => this.#show(one))}
          ${mistakeList(editing.mistakes, (line, column) => void this.#goToLine(line, column))}
          ${this.#renderPanels(view)}
        </div>
      </div>
      <pp-decision></pp-decision>
    `;
  }

  #renderPanels(view: View) {
    const { editing } = this;
    const { label, name, served } = editing;
    const main = this.all.find((one) => one.label.main)?.label;
    const panel = (id: View, content: unknown, className = '') =>
      html`<div role="tabpanel" id=${`panel-${id}`} aria-labelledby=${`tab-${id}`} class=${className} ?hidden=${view !== id}>${content}</div>`;
    return html`
      ${panel('yaml', html`<pp-yaml .text=${editing.text} .mistakes=${editing.mistakes} @text=${(event: CustomEvent<string>) => this.#typed(event.detail)}></pp-yaml>`, 'code')}
      ${panel(
        'impact',
        html`<pp-impact
        .label=${label}
        .against=${editing.against}
        .text=${editing.text}
        .isValid=${editing.checked.state === 'valid'}
        .facets=${this.facets}
        .linkTo=${this.#linksTo}
      ></pp-impact>`,
      )}
      ${panel(
        'changes',
        html`<pp-changes
        .changes=${editing.changes(this.facets?.currency ?? undefined)}
        .base=${editing.base}
        .text=${editing.text}
        .served=${served?.policy}
      ></pp-changes>`,
      )}
      ${panel(
        'history',
        html`<pp-history
        .label=${label}
        .main=${main}
        .name=${name}
        @promote=${() => void this.#promote()}
        @rollback=${(event: CustomEvent<Parameters<typeof rollBack>[0]['told']>) => void this.#rollBack(event.detail)}
      ></pp-history>`,
      )}
    `;
  }
}
customElements.define('pp-editor', PolicyEditor);
