// The thread that follows a label. It looks at the store, prepares what is new, hands it over, waits for what comes of
// it, and only then notes it as the last good release and looks again. It serves nothing itself, and nothing that fails
// here touches what is served.

import { setPriority } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import { type ErrorCode, SepetError } from '../base/errors.ts';
import { faultPoint } from '../base/faults.ts';
import { limits } from '../base/limits.ts';
import type { LogFields, LogLevel } from '../base/log.ts';
import { openStore } from '../store/open.ts';
import type { Store } from '../store/store.ts';
import {
  type FailureMessage,
  type FromThread,
  failureMessage,
  steadySeconds,
  type ThreadData,
  type ToThread,
} from './follow.ts';
import { FollowCache, type Wanted } from './follow-cache.ts';
import { News } from './follow-news.ts';
import { Preparer, type Ready } from './follow-release.ts';
import { shortName } from './keys.ts';

/** Mistakes of whoever starts the server, which the last good release would only hide. */
const mistakes: readonly ErrorCode[] = ['store_invalid', 'option_invalid', 'key_invalid'];

/** Grows with each failure, up to a bound, and differs from server to server: a store that comes back is not stormed. */
function backoffSeconds(failures: number, pollSeconds: number): number {
  const longest = Math.max(pollSeconds, limits.backoffSeconds.default);
  return Math.min(longest, pollSeconds * 2 ** failures) * (0.5 + Math.random() / 2);
}

class Keeper {
  readonly #data: ThreadData;
  readonly #port: MessagePort;
  readonly #store: Store;
  readonly #news: News;
  readonly #cache: FollowCache;
  readonly #preparer: Preparer;
  #served: Wanted | undefined;
  /** What the cache says was served last. */
  #kept: Wanted | undefined;
  /** Looks in a row that the store did not answer. */
  #unanswered = 0;
  /** What the store says now and could not be served: tried again later, and told of once. */
  #failed: { readonly times: number; readonly said: string; readonly againSeconds: number } | undefined;

  /** Called with what came of the release that was handed over. */
  #onOutcome: ((failure: FailureMessage | undefined) => void) | undefined;
  /** How often somebody asked for a look, and how many of these have had it. */
  #asked = 0;
  #looked = 0;
  /** Ends the pause before the next look. */
  #wake: (() => void) | undefined;

  constructor(data: ThreadData, port: MessagePort) {
    this.#data = data;
    this.#port = port;
    port.on('message', (message: ToThread) => {
      if (message.kind === 'outcome') this.#onOutcome?.(message.failure);
      else {
        this.#asked++;
        this.#wake?.();
      }
    });
    const { store, label, cache, pages, publicKeys } = data;
    this.#store = openStore(store);
    this.#news = new News(this.#store, label);
    this.#cache = new FollowCache({ store: this.#store.url, label }, cache);
    const { folder } = this.#cache;
    this.#preparer = new Preparer({ folder, pages, ...(publicKeys && { publicKeys }) });
  }

  async run(): Promise<void> {
    if (!this.#data.isServing) await this.#startPatiently();
    for (;;) {
      const { pollSeconds } = this.#data;
      const pause =
        this.#unanswered > 0
          ? backoffSeconds(this.#unanswered, pollSeconds)
          : pollSeconds * (0.9 + Math.random() / 5);
      await this.#pause(pause * 1000);
      const asked = this.#asked;
      const isAsked = asked > this.#looked;
      const served = this.#served;
      const failure = await this.#look(isAsked);
      this.#looked = asked;
      if (isAsked)
        this.#say({ kind: 'looked', asked, isNew: served !== this.#served, ...(failure && { failure }) });
    }
  }

  /** Until the time is over, or somebody asks for a look. */
  async #pause(ms: number): Promise<void> {
    if (this.#asked > this.#looked) return;
    const ended = new AbortController();
    this.#wake = () => ended.abort();
    await sleep(ms, undefined, { signal: ended.signal }).catch(() => {});
    this.#wake = undefined;
  }

  /** Who is patient has nothing to serve until a later look finds something. */
  async #startPatiently(): Promise<void> {
    try {
      await this.#start();
    } catch (error) {
      if (this.#data.isPatient !== true) throw error;
      const { code, message } = failureMessage(error);
      this.#log('warn', `${message} ${this.#whatGoesOn()}`, { code });
    }
  }

  /** What the label says or, where that cannot be had, what was served last. Throws where there is neither. */
  async #start(): Promise<void> {
    this.#kept = this.#lastGood();
    try {
      await this.#firstLook();
      this.#answered();
      await this.#serve(await this.#news.wanted());
    } catch (error) {
      const failure = failureMessage(error);
      const { code, message } = failure;
      if (code === 'store_unreachable') this.#unanswered = 1;
      this.#noteFailure(failure);
      const goesOn = this.#served ?? (mistakes.includes(code) ? undefined : this.#kept);
      if (goesOn === undefined) throw error;
      const { revision } = goesOn;
      this.#log('error', `${message} Serving the last good release, revision ${revision}.`, {
        code,
        revision,
      });
      if (this.#served === undefined) await this.#handOver(goesOn, openStore(this.#cache.folder));
    }
  }

  /** A store that says nothing at all is asked for long before it counts as away; who has what to serve need not wait. */
  async #firstLook(): Promise<void> {
    const seconds = limits.startSeconds.default;
    const tooLong = async (): Promise<never> => {
      await sleep(seconds * 1000);
      throw new SepetError('store_unreachable', `${this.#store.url} did not answer within ${seconds} s.`);
    };
    const look = this.#news.look();
    await (this.#kept === undefined ? look : Promise.race([look, tooLong()]));
  }

  #lastGood(): Wanted | undefined {
    try {
      return this.#cache.lastGood();
    } catch (error) {
      const { code, message } = failureMessage(error);
      this.#log('error', message, { code });
      return undefined;
    }
  }

  /** Resolves to what keeps the server from serving what the store says; what failed is tried again when `isAsked`. */
  async #look(isAsked: boolean): Promise<FailureMessage | undefined> {
    let isNew: boolean;
    try {
      isNew = await this.#news.look();
      this.#answered();
    } catch (error) {
      this.#unheard(error);
      return failureMessage(error);
    }
    if (isNew) this.#failed = this.#failed && { ...this.#failed, times: 0, againSeconds: 0 };
    const isDue = this.#failed !== undefined && (isAsked || this.#failed.againSeconds <= steadySeconds());
    if (!isNew && !isDue) return undefined;
    try {
      await this.#serve(await this.#news.wanted());
      this.#failed = undefined;
      return undefined;
    } catch (error) {
      const failure = failureMessage(error);
      const { code, message } = failure;
      this.#say({ kind: 'refused' });
      if (this.#noteFailure(failure)) this.#log('error', `${message} ${this.#whatGoesOn()}`, { code });
      return failure;
    }
  }

  async #serve(wanted: Wanted): Promise<void> {
    if (!isSameRelease(wanted, this.#served)) await this.#handOver(wanted, this.#store);
    if (isSameRelease(wanted, this.#kept)) return;
    await this.#cache.keep(wanted);
    this.#kept = wanted;
    faultPoint('swap:after-last-good');
    this.#cache.sweep(wanted);
  }

  /** Prepares a release and has it served. */
  async #handOver(wanted: Wanted, store: Store): Promise<void> {
    const { deltas, report, ...ready } = await this.#preparer.prepare(wanted, store);
    const { url } = this.#store;
    const { label } = this.#data;
    const { revision, artifact } = wanted;
    const outcome = new Promise<FailureMessage | undefined>((resolve) => {
      this.#onOutcome = resolve;
    });
    const release = { store: url, label, revision, file: artifact.file, deltas };
    this.#say({ kind: 'ready', release: { ...ready, release } });
    const failure = await outcome;
    if (failure !== undefined) throw new SepetError(failure.code, failure.message);
    this.#served = wanted;
    this.#log('info', `serving ${label}@${revision}`, {
      artifact: shortName(artifact.file),
      deltas,
      ...countsOf(report),
    });
  }

  #answered(): void {
    new Float64Array(this.#data.contact)[0] = steadySeconds();
    if (this.#unanswered > 0) this.#log('info', 'the store answers again', { attempts: this.#unanswered });
    this.#unanswered = 0;
  }

  /** The store did not answer, or what it said of the label cannot be. */
  #unheard(error: unknown): void {
    const failure = failureMessage(error);
    const { code, message } = failure;
    if (code === 'store_unreachable') {
      this.#unanswered++;
      if (this.#unanswered === 1) this.#log('warn', `${message} ${this.#whatGoesOn()}`, { code });
      return;
    }
    this.#answered();
    if (this.#noteFailure(failure)) this.#log('error', `${message} ${this.#whatGoesOn()}`, { code });
  }

  #whatGoesOn(): string {
    if (this.#served === undefined) return `${this.#data.label} is tried again.`;
    return `Serving revision ${this.#served.revision} on.`;
  }

  /** Whether it is another failure than the last one. */
  #noteFailure({ code, message: said }: FailureMessage): boolean {
    const before = this.#failed;
    const times = (before?.times ?? 0) + 1;
    const againSeconds = steadySeconds() + backoffSeconds(times, this.#data.pollSeconds);
    this.#failed = { times, said, againSeconds };
    const isOther = before?.said !== said;
    if (isOther && this.#data.isPatient === true && this.#served === undefined)
      this.#say({ kind: 'failed', failure: { code, message: said } });
    return isOther;
  }

  #log(level: LogLevel, message: string, fields: LogFields): void {
    this.#say({ kind: 'log', level, message, fields });
  }

  #say(message: FromThread): void {
    this.#port.postMessage(message);
  }
}

/** Whether both are made of the same things, whoever used them meanwhile. */
function isSameRelease(a: Wanted, b: Wanted | undefined): boolean {
  const names = ({ revision, artifact, policies, deltas }: Wanted) => ({
    ...{ revision, artifact: artifact.file, policies: policies?.policies },
    deltas: deltas.map(({ file }) => file),
  });
  return b !== undefined && isDeepStrictEqual(names(a), names(b));
}

/** What of the deltas is worth a look. */
function countsOf(report: Ready['report']): LogFields {
  if (report === undefined) return {};
  const { changed, added, removed, ignored, demoted, foreignPrices } = report;
  return { changed, added, removed, ignored, demoted, foreignPrices };
}

if (parentPort !== null) {
  // Behind whatever answers requests. Linux has a priority for each thread; elsewhere it would be the process's.
  if (process.platform === 'linux') setPriority(10);
  try {
    await new Keeper(workerData as ThreadData, parentPort).run();
  } catch (error) {
    parentPort.postMessage({ kind: 'failed', failure: failureMessage(error) } satisfies FromThread);
  }
}
