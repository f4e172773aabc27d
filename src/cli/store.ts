// What the commands of a store share: the option that names it, Ctrl-C, and the progress of transfers.

import type { Command } from 'commander';
import { SepetError } from '../base/errors.ts';
import type { Store } from '../store/store.ts';
import { type Progress, startProgress } from './progress.ts';

export interface StoreOptions {
  readonly store?: string;
  readonly json?: true;
}

/** Puts `--store` on a command. */
export function withStoreOption(command: Command): Command {
  return command.option(
    '--store <address>',
    'The store: a folder such as ./store or file:///srv/store, or s3://bucket/prefix (default $SEPET_STORE)',
  );
}

const addressOf = ({ store }: StoreOptions): string => store ?? process.env.SEPET_STORE ?? '';

/** Opens the store that the options or the environment name. Throws `option_invalid`, `store_invalid`. */
export async function openedStore(options: StoreOptions): Promise<Store> {
  const store = await maybeStore(options);
  if (store !== undefined) return store;
  throw new SepetError('option_invalid', 'Which store? Give --store, or set SEPET_STORE.');
}

/** Like `openedStore`; undefined where neither names one. */
export async function maybeStore(options: StoreOptions): Promise<Store | undefined> {
  const address = addressOf(options);
  return address === '' ? undefined : (await import('../store/open.ts')).openStore(address);
}

export interface Transfers {
  readonly signal: AbortSignal;
  readonly onProgress: (step: string, bytesDone: number, bytesTotal: number) => void;
}

const megabytes = (bytes: number): number => Number((bytes / 1e6).toFixed(1));

/** Runs something that transfers, with a bar a step; the first Ctrl-C ends it in order, a second one at once. */
export async function transferring<T>(work: (transfers: Transfers) => Promise<T>): Promise<T> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  let progress: { readonly step: string; readonly bar: Progress } | undefined;
  process.once('SIGINT', stop);
  try {
    return await work({
      signal: abort.signal,
      onProgress: (step, bytesDone, bytesTotal) => {
        if (megabytes(bytesTotal) === 0) return;
        if (progress?.step !== step) {
          progress?.bar.stop();
          progress = { step, bar: startProgress(step, 'MB') };
        }
        progress.bar.update(megabytes(bytesDone), megabytes(bytesTotal));
      },
    });
  } finally {
    progress?.bar.stop();
    process.off('SIGINT', stop);
  }
}

/** Prints a command's result, for people or as one JSON object. */
export function print(options: StoreOptions, json: unknown, text: () => string): void {
  process.stdout.write(options.json === true ? `${JSON.stringify(json)}\n` : `${text()}\n`);
}
