// What `sepet serve` does for /admin: the token, and looking again at what is served.

import { readFileSync } from 'node:fs';
import { SepetError } from '../base/errors.ts';
import type { Log } from '../base/log.ts';
import { checkToken } from '../http/admin.ts';
import type { Pages } from '../native/index.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { Follower } from '../releases/follow.ts';
import type { Serving } from './serving.ts';

/**
 * The token of /admin, from the file or the environment; undefined where there is none. Throws `input_missing` where the
 * file cannot be read, `option_invalid` where the token is too short.
 */
export function adminToken(file: string | undefined): string | undefined {
  if (file === undefined) {
    const { SEPET_ADMIN_TOKEN: given } = process.env;
    return given === undefined ? undefined : checkToken(given, 'SEPET_ADMIN_TOKEN');
  }
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (cause) {
    throw new SepetError('input_missing', `The token file ${file} cannot be read.`, { cause });
  }
  return checkToken(text, file);
}

export interface FileReload {
  readonly file: string;
  readonly pages: Pages;
  /** Reads the policy files again. */
  readonly policies: () => readonly PolicyDocument[];
  readonly serving: () => Serving;
  readonly log: Log;
  /** Another artifact is served. */
  readonly changed: () => void;
}

/**
 * Makes what reloads a file: it is verified in a thread, then served; one that is bad is refused, loudly, and what was
 * served is served on. One reload at a time: all who ask meanwhile share the
 * next one.
 */
export function fileReload(options: FileReload): () => Promise<object> {
  const { file, pages, policies, serving, log, changed } = options;
  const reload = async (): Promise<object> => {
    const { verifyFirst } = await import('../recommend/verify-aside.ts');
    const { live, server } = serving();
    const before = live.artifact;
    try {
      const documents = policies();
      const artifact = await verifyFirst({ file, pages }, async (id) => {
        if (id === before && server.isDamaged) throw stillDamaged(file);
        await live.swap({ file, artifact: id, policies: documents });
        return id;
      });
      if (artifact !== before) changed();
      log.info('reloaded', { artifact, changed: artifact !== before });
      return { ...served(live), changed: artifact !== before };
    } catch (error) {
      throw refusedBy(server, log, error);
    }
  };
  let running: Promise<unknown> = Promise.resolve();
  let next: Promise<object> | undefined;
  return () => {
    if (next === undefined) {
      next = running.then(() => {
        next = undefined;
        return reload();
      });
      running = next.catch(() => {});
    }
    return next;
  };
}

/** Its memory is shared by all threads and known by its id, so it cannot be exchanged for itself. */
const stillDamaged = (file: string): SepetError =>
  new SepetError(
    'file_damaged',
    `${file} is whole again, but it is the artifact that is served, as it was read when it was damaged; restart the server.`,
  );

const served = ({ artifact, labels }: Serving['live']) => ({ artifact, policies: labels });

/** Says and counts a refusal; returns its error. */
function refusedBy(server: Serving['server'], log: Log, error: unknown): unknown {
  server.refused();
  const code = error instanceof SepetError ? error.code : 'internal';
  const said = error instanceof SepetError ? error.message : String(error);
  log.error(`the reload was refused, what was served is served on: ${said}`, { code });
  return error;
}

/** Makes what reloads a label: the thread that follows it looks at once, and says itself what it refuses. */
export function labelReload(
  follower: Pick<Follower, 'look'>,
  serving: () => Serving | undefined,
): () => Promise<object> {
  return async () => {
    const changed = await follower.look();
    const live = serving()?.live;
    if (live === undefined) throw new SepetError('shutting_down', 'The server is not ready yet.');
    return { ...served(live), ...(live.release && { release: live.release }), changed };
  };
}
