// The ways to exchange what a server serves, and what it must be started with for them.

import { mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { LoadError } from '../mistake.ts';
import type { Swap } from '../scenario/schema.ts';
import { runSepet } from '../server.ts';

export interface Swapper {
  /** What `sepet serve` is given to serve. */
  readonly serve: readonly string[];
  /** The policy that answers first, for the check. */
  readonly policy?: string;
  /** Asks for the next version; who waits for it is another matter. */
  swap(url: string): Promise<void>;
  close(): void;
}

export interface SwapperOptions {
  readonly artifact: string;
  /** A second artifact to swap with; without one the policies differ. */
  readonly other?: string | undefined;
  readonly policy?: string | undefined;
  /** Flags of `sepet serve`. */
  readonly flags: readonly string[];
}

const makers = { label: byLabel, reload: byReload, policy: byPolicy };

/** Gets ready to swap. Throws a LoadError where that cannot be done so. */
export const makeSwapper = (by: Swap['by'], options: SwapperOptions): Promise<Swapper> => makers[by](options);

/** A swapper of a server that is not ours. */
export function remoteSwapper(by: Swap['by']): Swapper {
  if (by === 'policy') return { serve: [], swap: putPolicies(), close: () => {} };
  throw new LoadError(
    `Swapping by ${by} needs a server that the load test starts: leave out --url, or let the scenario swap by policy.`,
  );
}

const folderOf = (): { folder: string; close(): void } => {
  const folder = mkdtempSync(join(tmpdir(), 'sepet-swap-'));
  return { folder, close: () => rmSync(folder, { recursive: true, force: true }) };
};

/** Two releases in a store of our own, and a label that is moved between them. */
async function byLabel({ artifact, other, policy, flags }: SwapperOptions): Promise<Swapper> {
  if (policy !== undefined)
    throw new LoadError('Swapping by label makes policies of its own: leave out --policy.');
  const { folder, close } = folderOf();
  try {
    const store = ['--store', join(folder, 'store')];
    const policies = ['first', 'second'].map((name) => join(folder, `${name}.yaml`));
    for (const [i, file] of policies.entries()) {
      writeFileSync(file, `name: ${i === 0 ? 'first' : 'second'}\n`);
      const published = i === 1 && other !== undefined ? other : artifact;
      await runSepet('publish', published, file, '--label', `swap-${i}`, ...store, '--force', 'load test');
    }
    await runSepet('promote', 'swap-0', 'live', ...store);
    let turn = 0;
    const cache = join(folder, 'cache');
    return {
      serve: [...store, '--label', 'live', '--cache', cache, '--poll-seconds', '0.1', ...flags],
      policy: policies[0] ?? '',
      swap: async () => {
        turn = 1 - turn;
        await runSepet('promote', `swap-${turn}`, 'live', ...store);
      },
      close,
    };
  } catch (error) {
    close();
    throw error;
  }
}

/** A link that points at one artifact and the other in turn, and POST /admin/reload. */
async function byReload({ artifact, other, policy, flags }: SwapperOptions): Promise<Swapper> {
  if (other === undefined)
    throw new LoadError('Swapping by reload needs a second artifact: name it with --other.');
  const { folder, close } = folderOf();
  const live = join(folder, 'live.sepet');
  const point = (file: string): void => {
    symlinkSync(resolve(file), `${live}.new`);
    renameSync(`${live}.new`, live);
  };
  point(artifact);
  let turn = 0;
  return {
    serve: [live, ...(policy === undefined ? [] : ['--policy', policy]), ...flags],
    ...(policy !== undefined && { policy }),
    swap: async (url) => {
      turn = 1 - turn;
      point(turn === 0 ? artifact : other);
      await admin(url, 'POST', '/admin/reload');
    },
    close,
  };
}

async function byPolicy({ artifact, policy, flags }: SwapperOptions): Promise<Swapper> {
  return {
    serve: [artifact, ...(policy === undefined ? [] : ['--policy', policy]), ...flags],
    ...(policy !== undefined && { policy }),
    swap: putPolicies(),
    close: () => {},
  };
}

/** The default policy with a revision of its own, and then the first one again. */
function putPolicies(): (url: string) => Promise<void> {
  let turn = 0;
  return async (url) => {
    turn = 1 - turn;
    const { default: name } = await answered<{ default: string }>(`${url}/v1/policies`, {});
    const path = `/admin/policies/${encodeURIComponent(name)}`;
    if (turn === 0) {
      await admin(url, 'DELETE', path);
      return;
    }
    const page = `${url}/v1/policies/${encodeURIComponent(name)}`;
    const { document } = await answered<{ document: { revision?: number } }>(page, {});
    await admin(url, 'PUT', path, { ...document, revision: (document.revision ?? 1) + 1 });
  };
}

function admin(url: string, method: string, path: string, body?: unknown): Promise<unknown> {
  const token = process.env.SEPET_ADMIN_TOKEN;
  const headers = {
    ...(token !== undefined && { authorization: `Bearer ${token}` }),
    ...(body !== undefined && { 'content-type': 'application/json' }),
  };
  const text = body === undefined ? {} : { body: JSON.stringify(body) };
  return answered(`${url}${path}`, { method, headers, ...text });
}

async function answered<T>(url: string, init: RequestInit): Promise<T> {
  const method = init.method ?? 'GET';
  const response = await fetch(url, init).catch((cause: unknown) => {
    throw new LoadError(`${method} ${url} was not answered.`, { cause });
  });
  const text = await response.text();
  if (!response.ok) throw new LoadError(`${method} ${url} was answered with ${response.status}: ${text}`);
  return (text === '' ? {} : JSON.parse(text)) as T;
}
