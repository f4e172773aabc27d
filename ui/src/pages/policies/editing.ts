// One policy under the pen: text and form in step, what the server says of it, and the draft that this browser keeps. No DOM here.

import type { PolicyDocument, PolicyPage, ServedLabel } from 'sepet/client';
import type { Policy } from '../../kit/policy-types.ts';
import { isSame } from '../../kit/rules/overrides.ts';
import { type Change, changesOf } from './changes.ts';
import { type Draft, type Form, formOf } from './draft.ts';
import { dropDraft, type KeptDraft, keepDraft } from './drafts.ts';
import { type ReadText, readText, type TextMistake, withDraft } from './yaml-text.ts';

/** What the server said of the text, or why it did not. */
export type Checked =
  | { readonly state: 'waiting' }
  | { readonly state: 'valid'; readonly hash: string; readonly document: PolicyDocument }
  | { readonly state: 'invalid'; readonly mistakes: readonly TextMistake[] }
  | { readonly state: 'failed'; readonly error: unknown };

export interface Opened {
  readonly label: ServedLabel;
  readonly name: string;
  /** Undefined for a policy that is not served yet. */
  readonly served: PolicyPage | undefined;
  /** The text of what is served, or of the starter. */
  readonly base: string;
  readonly kept: KeptDraft | undefined;
  /** What its lists are compared with: what is served, or, for a new policy, the label's default. */
  readonly against: Against;
}

export interface Against {
  /** `pdp@3`. */
  readonly words: string;
  readonly policy: object;
}

export class Editing {
  readonly label: ServedLabel;
  readonly name: string;
  readonly served: PolicyPage | undefined;
  readonly base: string;
  readonly against: Against;
  /** What stood in the browser when this was opened, until somebody decides what becomes of it. */
  kept: KeptDraft | undefined;
  text: string;
  read: ReadText;
  /** The last text that could be read. */
  form: Form;
  checked: Checked = { state: 'waiting' };

  constructor({ label, name, served, base, kept, against }: Opened) {
    this.against = against;
    this.label = label;
    this.name = name;
    this.served = served;
    this.base = base;
    this.kept = kept;
    this.text = kept?.text ?? base;
    this.read = readText(this.text);
    this.form = formOf(this.read.draft ?? readText(base).draft ?? {});
  }

  get isDirty(): boolean {
    return this.text !== this.base;
  }

  /** Whether what is served was changed by somebody since the draft was begun. */
  get isOvertaken(): boolean {
    return this.kept !== undefined && this.kept.base !== (this.served?.hash ?? '');
  }

  /** Why the form cannot be used now; undefined where it can. */
  get whyReadOnly(): string | undefined {
    if (this.read.draft === undefined)
      return 'The YAML is broken, so the form shows the last that could be read.';
    return this.read.formless;
  }

  /** Every mistake that is known, in the order of lines. */
  get mistakes(): readonly TextMistake[] {
    if (this.read.mistakes.length > 0) return this.read.mistakes;
    const { checked } = this;
    return checked.state === 'invalid'
      ? checked.mistakes.toSorted((one, other) => one.line - other.line)
      : [];
  }

  setText(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.read = readText(text);
    if (this.read.draft !== undefined) this.form = formOf(this.read.draft);
    this.checked = { state: 'waiting' };
  }

  /** A change in the form. Does nothing while the text is broken. */
  setDraft(change: (draft: Draft) => Draft): void {
    const { draft } = this.read;
    if (draft === undefined || this.read.formless !== undefined) return;
    const next = change(draft);
    if (!isSame(next, draft)) this.setText(withDraft(this.text, next));
  }

  /** Keeps the draft in this browser, or forgets it where there is nothing to keep. */
  keep(): void {
    if (this.isDirty)
      keepDraft(this.label.label, this.name, { text: this.text, base: this.served?.hash ?? '' });
    else this.forget();
  }

  /** The draft is meant, whatever is served by now. */
  settle(): void {
    this.kept = undefined;
    this.keep();
  }

  forget(): void {
    this.kept = undefined;
    dropDraft(this.label.label, this.name);
  }

  /** What the text says that is not served; of a new policy nothing. */
  changes(currency?: string): readonly Change[] {
    if (this.served === undefined) return [];
    return changesOf(policyOf(this.served.document), this.form.policy, currency);
  }

  /** The text with its revision counted up above `highest`, unless it is above already. */
  textToSave(highest: number): string {
    const { draft } = this.read;
    if (draft === undefined || this.form.policy.revision > highest) return this.text;
    return withDraft(this.text, { ...draft, revision: highest + 1 });
  }
}

/** A served document as the form's. */
export const policyOf = (document: PolicyDocument): Policy => formOf(document as unknown as Draft).policy;

/** The mistakes of the server at their lines; those without a line stand at the first. */
export const linesOf = (
  mistakes: readonly { message: string; line?: number; column?: number; path?: string }[],
): readonly TextMistake[] =>
  mistakes.map(({ message, line = 1, column, path }) => ({
    message: message.replace(/^[\w.-]+\.yaml(, line \d+)?:? /, ''),
    line,
    ...(column !== undefined && { column }),
    ...(path !== undefined && { path }),
  }));
