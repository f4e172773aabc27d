// What stands around the two panes: title and buttons, banners, tabs, the list of mistakes.

import { html, nothing, type TemplateResult } from 'lit';
import { plural } from '../../kit/money.ts';
import type { Editing } from './editing.ts';
import type { TextMistake } from './yaml-text.ts';

export interface TitleActions {
  /** Whether the server serves a file, and can keep no revisions. */
  readonly isFile: boolean;
  save(): void;
  undo(): void;
  redo(): void;
  download(): void;
  signIn(): void;
  showMistakes(): void;
}

function stateChip(editing: Editing, { signIn, showMistakes }: TitleActions): TemplateResult {
  const { checked, mistakes } = editing;
  if (mistakes.length > 0)
    return html`<button class="small danger" data-state="invalid" @click=${showMistakes}>${plural(mistakes.length, 'mistake')}</button>`;
  if (checked.state === 'valid') return html`<span class="chip good" data-state="valid">valid</span>`;
  if (checked.state === 'waiting') return html`<span class="chip" data-state="waiting">checking …</span>`;
  const { code = '', message = '' } =
    checked.state === 'failed' ? (checked.error as { code?: string; message?: string }) : {};
  return code.startsWith('token_')
    ? html`<button class="plain small" data-state="closed" @click=${signIn}>Sign in to have it checked</button>`
    : html`<span class="chip warn" data-state="failed" title=${message}>not checked: ${message}</span>`;
}

export function titleRow(editing: Editing, actions: TitleActions): TemplateResult {
  const { name, served, label, isDirty, checked } = editing;
  const isNew = served === undefined;
  const canSave = checked.state === 'valid' && (isDirty || isNew);
  const why = canSave ? '' : checked.state === 'valid' ? 'Nothing is changed' : 'It must be valid first';
  return html`
    <nav class="crumb" aria-label="Where you are"><a href="/ui/policies">Policies</a> <span class="muted">/ ${label.label}</span></nav>
    <div class="top">
      <div class="titles">
        <h1>${name}</h1>
        <span class="chip">${isNew ? 'new' : `served: ${served.policy}`}</span>
        ${isDirty ? html`<span class="chip accent" data-dirty>changed</span>` : nothing}
        ${stateChip(editing, actions)}
      </div>
      <div class="row tools">
        <button class="icon" title="Undo" aria-label="Undo" @click=${actions.undo}><span aria-hidden="true">↶</span></button>
        <button class="icon" title="Redo" aria-label="Redo" @click=${actions.redo}><span aria-hidden="true">↷</span></button>
        <button @click=${actions.download}>Download YAML</button>
        <button class="primary" data-save ?disabled=${!canSave} title=${why} @click=${actions.save}>
          ${actions.isFile ? 'Put live until restart …' : 'Save …'}
        </button>
      </div>
    </div>
  `;
}

export interface BannerActions {
  readonly said: string | undefined;
  discard(): void;
  keepMine(): void;
  showChanges(): void;
}

export function banners(
  editing: Editing,
  { said, discard, keepMine, showChanges }: BannerActions,
): TemplateResult {
  const { kept, served, name, isDirty, isOvertaken, text } = editing;
  const isRestored = kept !== undefined && isDirty && text === kept.text;
  return html`
    ${said === undefined ? nothing : html`<p class="banner good" role="status" data-said><span>${said}</span></p>`}
    ${
      isOvertaken && isDirty
        ? html`<div class="banner warn" role="status" data-overtaken>
            <span>Somebody changed ${name} after you began: ${served?.policy ?? 'it'} is served now. Your draft is compared with that.</span>
            <button class="small" @click=${showChanges}>Show the differences</button>
            <button class="small" @click=${keepMine}>Keep mine</button>
            <button class="small" @click=${discard}>Take theirs</button>
          </div>`
        : isRestored
          ? html`<div class="banner" role="status" data-restored>
              <span>Your unsaved draft of ${new Date(kept.at).toLocaleString()} is back.</span>
              <button class="small" @click=${keepMine}>Keep it</button>
              <button class="small" @click=${discard}>Discard it</button>
            </div>`
          : nothing
    }
  `;
}

const words = {
  form: 'Form',
  yaml: 'YAML',
  impact: 'Impact',
  changes: 'Changes',
  history: 'History',
} as const;
export type View = keyof typeof words;
export const views = Object.keys(words) as readonly View[];

/** Tabs by the WAI-ARIA pattern: arrows move, one tab is in the order of focus. */
export function tabBar(
  view: View,
  isNarrow: boolean,
  editing: Editing,
  show: (view: View) => void,
): TemplateResult {
  const shown = views.filter((one) => isNarrow || one !== 'form');
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key] ?? 0;
    const next = shown.at((shown.indexOf(view) + by) % shown.length);
    if (by === 0 || next === undefined) return;
    event.preventDefault();
    show(next);
    const list = event.currentTarget as HTMLElement;
    list.querySelector<HTMLElement>(`#tab-${next}`)?.focus();
  };
  const count = editing.isDirty ? editing.changes().length : 0;
  const mark = (one: View): unknown => {
    if (one === 'changes' && count > 0) return html`<span class="chip accent">${count}</span>`;
    return one === 'yaml' && editing.mistakes.length > 0
      ? html`<span class="chip bad">${editing.mistakes.length}</span>`
      : nothing;
  };
  return html`<div role="tablist" aria-label="Views of the policy" @keydown=${step}>
    ${shown.map(
      (one) => html`<button
        role="tab"
        id=${`tab-${one}`}
        aria-selected=${one === view}
        aria-controls=${`panel-${one}`}
        tabindex=${one === view ? 0 : -1}
        @click=${() => show(one)}
      >${words[one]} ${mark(one)}</button>`,
    )}
  </div>`;
}

export function mistakeList(
  mistakes: readonly TextMistake[],
  goTo: (line: number, column?: number) => void,
): TemplateResult {
  if (mistakes.length === 0) return html``;
  return html`<div role="status" class="visually-hidden">${plural(mistakes.length, 'mistake')}</div>
  <ul class="mistakes small" aria-label="Mistakes">
    ${mistakes.map(
      ({ message, line, column }) => html`<li>
        <button class="plain small" @click=${() => goTo(line, column)}>Line ${line}</button>
        <span>${message}</span>
      </li>`,
    )}
  </ul>`;
}
