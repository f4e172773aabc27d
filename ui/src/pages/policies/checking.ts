// Asks the server what it makes of the text, a moment after the last change. The latest text wins.

import { admin } from '../../kit/api.ts';
import { type Editing, linesOf } from './editing.ts';

const pauseMs = 300;

export class Checking {
  readonly #changed: () => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: AbortController | undefined;

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Texts whose syntax is broken are not sent. */
  start(editing: Editing): void {
    this.stop();
    if (editing.read.draft === undefined) return;
    this.#timer = setTimeout(() => void this.#check(editing), pauseMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#running?.abort();
  }

  async #check(editing: Editing): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    const { text, label } = editing;
    try {
      const call = { signal: running.signal, ...(!label.main && { label: label.label }) };
      const found = await admin().checkPolicy(text, call);
      if (running.signal.aborted || editing.text !== text) return;
      editing.checked = found.valid
        ? { state: 'valid', hash: found.hash, document: found.document }
        : { state: 'invalid', mistakes: linesOf(found.mistakes) };
      if (found.valid && editing.form.policy.name !== editing.name)
        editing.checked = { state: 'invalid', mistakes: [wrongName(editing)] };
    } catch (error) {
      if (running.signal.aborted) return;
      editing.checked = { state: 'failed', error };
    }
    this.#changed();
  }
}

/** A policy is saved under the name that it says. */
function wrongName({ text, name, form }: Editing) {
  const line = text.split('\n').findIndex((one) => /^name\s*:/.test(one)) + 1;
  const message = `This is the policy ${name}, but it says that its name is "${form.policy.name}". For another name, begin a new policy.`;
  return { message, line: Math.max(1, line), path: 'name' };
}
