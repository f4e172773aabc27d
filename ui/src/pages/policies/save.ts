// Saving a draft: as a new revision of a label, or, where a file is served, until the restart.

import { html, nothing, type TemplateResult } from 'lit';
import type { AdminClient, GateOutcome, LabelEntry, PolicySummary, ServedLabel } from 'sepet/client';
import { asOperator, client } from '../../kit/api.ts';
import { plural } from '../../kit/money.ts';
import type { Decision, DecisionDialog } from './decision-dialog.ts';
import type { Editing } from './editing.ts';
import { readText } from './yaml-text.ts';

export interface Saved {
  readonly label: string;
  readonly entry: LabelEntry;
  readonly moved: boolean;
  readonly gates: readonly GateOutcome[];
  readonly text: string;
}

export interface Saving {
  readonly editing: Editing;
  readonly labels: readonly ServedLabel[];
  readonly dialog: DecisionDialog;
  readonly currency: string | undefined;
  /** Called when the user wants to see what somebody else saved. */
  readonly lookAtTheirs: () => void;
}

const codeOf = (error: unknown): string => String((error as { code?: unknown } | undefined)?.code ?? '');

/** Labels whose releases this server can move. */
export const savable = (labels: readonly ServedLabel[]): readonly ServedLabel[] =>
  labels.filter(({ release }) => release !== undefined);

/** Where a draft goes first: the label that is edited; from the main one, the label beside it where it is judged before. */
function firstTarget({ editing, labels }: Saving): ServedLabel | undefined {
  const possible = savable(labels);
  const own = possible.find(({ label }) => label === editing.label.label);
  return own?.main === true ? (possible.find(({ main }) => !main) ?? own) : (own ?? possible[0]);
}

/** Of `pdp` among `pdp@3` and others; 0 where it is not there. */
const revisionAmong = (policies: readonly string[], name: string): number =>
  Number(policies.find((one) => one.startsWith(`${name}@`))?.slice(name.length + 1) ?? 0);

const revisionIn = (label: ServedLabel, name: string): number => revisionAmong(label.policies, name);

/** Above every revision of this name that some label has, so that one name and revision never say two things. */
export const highestRevision = (labels: readonly ServedLabel[], name: string): number =>
  Math.max(0, ...labels.map((label) => revisionIn(label, name)));

export function changeList({ editing, currency }: Pick<Saving, 'editing' | 'currency'>): TemplateResult {
  const changes = editing.changes(currency);
  if (editing.served === undefined)
    return html`<p>A new policy with ${plural(editing.form.policy.filters.length, 'filter')}.</p>`;
  if (changes.length === 0)
    return html`<p class="muted">No rule changes: only comments, spacing or the revision.</p>`;
  return html`<ul class="changes small">
    ${changes.map(({ kind, what }) => html`<li><b>${what}</b> ${kind}</li>`)}
  </ul>`;
}

/** Asks for the reason, saves, and resolves to what was saved; undefined where it was not. */
export async function saveDraft(saving: Saving): Promise<Saved | undefined> {
  const { editing, labels, dialog } = saving;
  const first = firstTarget(saving);
  if (first === undefined) return undefined;
  let target = first;
  let expected = target.release?.revision;
  let saved: Saved | undefined;
  let text = editing.textToSave(highestRevision(labels, editing.name));
  let isOnTop = false;
  const choose = (name: string): void => {
    target = labels.find(({ label }) => label === name) ?? target;
    expected = target.release?.revision;
    dialog.requestUpdate();
  };
  /** Whatever is there by now: above its revision, and known to be replaced. */
  const lookAnew = async (operator: AdminClient): Promise<void> => {
    const [latest] = (await operator.history(target.label, { limit: 1 })).entries;
    expected = latest?.entry.revision;
    const there = revisionAmong(latest?.policies?.names ?? [], editing.name);
    text = editing.textToSave(Math.max(there, highestRevision(labels, editing.name)));
  };
  const decision: Decision = {
    heading: `Save ${editing.name}@${revisionOf(text)}`,
    action: 'Save',
    hint: 'Cheaper accessories for the autumn campaign',
    content: () => html`<div class="content">
      ${targetField(savable(labels), target, choose)}
      ${changeList(saving)}
      ${targetWords(saving, target)}
    </div>`,
    async work({ why, by }) {
      const done = await asOperator(async (operator) => {
        if (isOnTop) await lookAnew(operator);
        const change = { policy: text, why, by, ...(expected !== undefined && { expected }) };
        return operator.savePolicy(target.label, editing.name, change);
      });
      saved = { ...done, label: target.label, text };
    },
    wayOn: (error, again) => {
      if (!['label_conflict', 'policy_stale'].includes(codeOf(error))) return undefined;
      return conflict(error, target.label, {
        look: () => {
          dialog.close();
          saving.lookAtTheirs();
        },
        keep: () =>
          again(() => {
            isOnTop = true;
          }),
      });
    },
  };
  await dialog.decide(decision);
  return saved;
}

const revisionOf = (text: string): number => Number(readText(text).draft?.revision ?? 1);

const targetField = (
  possible: readonly ServedLabel[],
  target: ServedLabel,
  choose: (label: string) => void,
): TemplateResult => html`<label class="field"><span class="legend">Save to label</span>
  <select name="target" @change=${(event: Event) => choose((event.target as HTMLSelectElement).value)}>
    ${possible.map(
      ({ label, main, release }) =>
        html`<option value=${label} ?selected=${label === target.label}>${label}, revision ${release?.revision}${main ? ' (what customers see)' : ''}</option>`,
    )}
  </select>
</label>`;

function targetWords({ editing }: Saving, target: ServedLabel): TemplateResult {
  const isOther = target.label !== editing.label.label;
  const there = revisionIn(target, editing.name);
  return html`
    ${
      target.main
        ? html`<p class="note">Customers see it seconds after it is saved.</p>`
        : html`<p class="muted small">Customers see nothing of it before ${target.label} is promoted.</p>`
    }
    ${
      isOther && there > 0
        ? html`<p class="muted small">It takes the place of ${editing.name}@${there} in ${target.label}, with all that it says.</p>`
        : nothing
    }
    <p class="muted small">The store keeps what the policy says, not its comments; this browser remembers those. Download the YAML to keep it elsewhere.</p>
  `;
}

interface ConflictWays {
  look(): void;
  keep(): void;
}

const conflict = (
  error: unknown,
  label: string,
  { look, keep }: ConflictWays,
): TemplateResult => html`<div class="way" role="alert">
  <h3>Somebody was quicker</h3>
  <p>${(error as Error).message}</p>
  <p>Your draft is still here. Look at what they changed before you decide, or save yours on top: other policies in ${label} stay as they are now, this one becomes yours.</p>
  <div class="row">
    <button type="button" @click=${look}>Look at theirs</button>
    <button type="button" @click=${keep}>Save mine on top</button>
  </div>
</div>`;

/** Serves the draft until the restart. Resolves to whether it is served. */
export async function putLive(saving: Saving): Promise<boolean> {
  const { editing, labels, dialog } = saving;
  const served: readonly PolicySummary[] = (await client.policies()).policies;
  const own = served.find(({ name }) => name === editing.name)?.revision ?? 0;
  const text = editing.textToSave(Math.max(own, highestRevision(labels, editing.name)));
  return dialog.decide({
    heading: `Put ${editing.name}@${revisionOf(text)} live until the restart`,
    action: 'Put live',
    hint: 'Trying this for an hour',
    content: () => html`<div class="content">
      ${changeList(saving)}
      <p class="note">Customers see it at once. It is served until the server restarts or the file is reloaded; nothing keeps it after that.</p>
      <p class="muted small">To keep it, download the YAML and start the server with it (<code>--policy ${editing.name}.yaml</code>). The reason is not kept either: a
        server of a file has no history.</p>
    </div>`,
    async work() {
      const document = readText(text).draft ?? {};
      await asOperator((operator) => operator.putPolicy(editing.name, document));
    },
  });
}
