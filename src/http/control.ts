// What an operator can have done: commands and results are plain data, so that a command can be told to every process of a
// server. `apply` is the one place that carries them out.

import { type ErrorCode, SepetError } from '../base/errors.ts';
import { checkLimit } from '../base/limits.ts';
import type { Log } from '../base/log.ts';
import { failureOf } from '../pool/answers.ts';
import type { Settings } from './settings.ts';

export type Command =
  | { readonly kind: 'reload' }
  /** What is null is taken back, what is absent stays. */
  | { readonly kind: 'set'; readonly settings: { readonly efSearch?: number | null } }
  | { readonly kind: 'put-policy'; readonly name: string; readonly document: unknown }
  | { readonly kind: 'remove-policy'; readonly name: string }
  | { readonly kind: 'drain'; readonly isDrained: boolean };

/** What came of a command: an object for the answer's body, or why not. */
export type CommandResult =
  | { readonly result: object; readonly failure?: never }
  | { readonly result?: never; readonly failure: { readonly code: ErrorCode; readonly message: string } };

export interface Control {
  /** Never rejects. */
  apply(command: Command): Promise<CommandResult>;
}

/** What is done to versions, by whoever opens them. Each rejects with a SepetError where it cannot be done. */
export interface VersionControl {
  /** Looks at the file or the label again, and serves what is there. */
  reload(): Promise<object>;
  putPolicy(name: string, document: unknown): Promise<object>;
  removePolicy(name: string): Promise<object>;
}

export interface Controlled {
  settings: Settings;
  isDrained: boolean;
}

export interface ControlOptions {
  readonly controlled: Controlled;
  readonly versions: VersionControl | undefined;
  readonly log: Log;
}

/** The control of this process. */
export function createControl({ controlled, versions, log }: ControlOptions): Control {
  const change = (settings: { readonly efSearch?: number | null }): object => {
    const { efSearch = controlled.settings.efSearch ?? null } = settings;
    controlled.settings = efSearch === null ? {} : { efSearch: checkLimit('efSearch', efSearch) };
    log.info('settings changed', { efSearch: efSearch ?? 'of the policy' });
    return settingsPage(controlled.settings);
  };
  const drain = (isDrained: boolean): object => {
    if (controlled.isDrained !== isDrained)
      log.info(isDrained ? 'drained: /readyz fails, requests are answered' : 'drained no more');
    controlled.isDrained = isDrained;
    return { drained: isDrained };
  };
  const carryOut = async (command: Command): Promise<object> => {
    if (command.kind === 'set') return change(command.settings);
    if (command.kind === 'drain') return drain(command.isDrained);
    if (versions === undefined)
      throw new SepetError('admin_closed', 'This server was started without control over what it serves.');
    if (command.kind === 'reload') return versions.reload();
    if (command.kind === 'put-policy') return versions.putPolicy(command.name, command.document);
    return versions.removePolicy(command.name);
  };
  return {
    apply: async (command) => {
      try {
        return { result: await carryOut(command) };
      } catch (error) {
        const { code, message, stack } = failureOf(error);
        if (stack !== undefined) log.error(`${command.kind}: ${stack}`);
        return { failure: { code, message } };
      }
    },
  };
}

/** Settings as /admin tells them: null is what the policies decide. */
export const settingsPage = ({ efSearch = null }: { readonly efSearch?: number | null }): object => ({
  efSearch,
});
