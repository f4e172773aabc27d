// Moving a label: promoting what another label has, and going back to what it had.

import { html, nothing, type TemplateResult } from 'lit';
import type { Diff, LabelEntry, Told } from 'sepet/client';
import { asOperator } from '../../kit/api.ts';
import { formatNumber, formatShare, plural } from '../../kit/money.ts';
import type { DecisionDialog } from './decision-dialog.ts';

/** Products whose lists are compared before a promotion. */
const compared = 200;

export interface Step {
  readonly dialog: DecisionDialog;
  readonly label: string;
}

/** Points `label` at what `from` points at. Resolves to the new entry, undefined where it was not done. */
export async function promote({
  dialog,
  label,
  from,
}: Step & { readonly from: string }): Promise<LabelEntry | undefined> {
  let diff: Diff | undefined;
  let failure: unknown;
  let entry: LabelEntry | undefined;
  asOperator((operator) => operator.diff(label, from, { products: compared, examples: 3 })).then(
    (found) => {
      diff = found;
      dialog.requestUpdate();
    },
    (error: unknown) => {
      failure = error;
      dialog.requestUpdate();
    },
  );
  await dialog.decide({
    heading: `Promote ${from} to ${label}`,
    action: `Promote to ${label}`,
    hint: 'Looked good in test for a week',
    content: () => html`<div class="content">
      <p>Everything that <b>${from}</b> has takes the place of what <b>${label}</b> has: the data and all its policies.</p>
      ${diffWords(diff, failure)}
    </div>`,
    async work({ why, by }) {
      entry = (await asOperator((operator) => operator.promote(label, { from, why, by }))).entry;
    },
  });
  return entry;
}

function diffWords(diff: Diff | undefined, failure: unknown): TemplateResult {
  if (failure !== undefined)
    return html`<p class="note">What would change could not be found out: ${(failure as Error).message}</p>`;
  if (diff === undefined) return html`<sp-busy text="Comparing the two …"></sp-busy>`;
  const { before, after, policies, lists, products } = diff;
  const names = (title: string, list: readonly string[]) =>
    list.length === 0 ? nothing : html`<tr><th scope="row">${title}</th><td>${list.join(', ')}</td></tr>`;
  return html`<table data-diff>
    <caption class="visually-hidden">What changes</caption>
    <tbody>
      <tr><th scope="row">Data</th><td>${before.file === after.file ? html`the same, ${after.title}` : html`${before.title} → <b>${after.title}</b>`}</td></tr>
      ${names('Policies changed', policies.changed)} ${names('Policies added', policies.added)} ${names('Policies gone', policies.removed)}
      ${
        policies.changed.length + policies.added.length + policies.removed.length === 0
          ? html`<tr><th scope="row">Policies</th><td>the same</td></tr>`
          : nothing
      }
      ${
        products.added + products.removed === 0
          ? nothing
          : html`<tr><th scope="row">Products</th><td>${formatNumber(products.added)} more, ${formatNumber(products.removed)} gone</td></tr>`
      }
      <tr><th scope="row">Lists</th><td>${formatNumber(lists.changed)} of ${plural(lists.compared, 'list')} get other products, ${formatNumber(lists.reordered)} another order;
        on average ${formatShare(lists.overlapAt10)} of the first ten stay</td></tr>
    </tbody>
  </table>`;
}

/** Points `label` at what its revision `told` pointed at. Resolves to the new entry, undefined where it was not done. */
export async function rollBack({
  dialog,
  label,
  told,
}: Step & { readonly told: Told }): Promise<LabelEntry | undefined> {
  const { revision } = told.entry;
  let entry: LabelEntry | undefined;
  await dialog.decide({
    heading: `Roll ${label} back to revision ${revision}`,
    action: 'Roll back',
    isDanger: true,
    hint: 'Lists became too short',
    content: () => html`<div class="content">
      <p>${label} gets what it had at revision ${revision}: ${releaseWords(told)}. That becomes a new revision; nothing is lost, and it can be undone the same way.</p>
    </div>`,
    async work({ why, by }) {
      entry = (await asOperator((operator) => operator.rollback(label, { to: revision, why, by }))).entry;
    },
  });
  return entry;
}

/** `week-40 with pdp@3 and cart@1`. */
export function releaseWords({ artifact, policies }: Told): string {
  const names = policies?.names ?? [];
  return `${artifact?.name ?? 'data that is no longer kept'}${names.length === 0 ? '' : ` with ${names.join(', ')}`}`;
}
