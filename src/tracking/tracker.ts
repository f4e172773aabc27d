// Tracks runs: each into the local file at once, and where a server is named, to it as well. Nothing here throws for a server that is
// away or a disk that is full: the work that is tracked matters more than its record, so that is a warning, and what a server lacks
// stays in the file until `sync` or a later run sends it.

import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { appendLine, begun, type Line, readRuns } from './local.ts';
import { MlflowClient } from './mlflow.ts';
import { type Artifact, isSent, type Registration, type Run, type RunStatus } from './runs.ts';
import { sendRun } from './send.ts';
import type { TrackingSettings } from './settings.ts';

export type Warn = (code: string, message: string) => void;

export interface NewTracked {
  readonly kind: string;
  readonly name: string;
  readonly parent?: TrackedRun;
  readonly params?: Readonly<Record<string, unknown>>;
  readonly tags?: Readonly<Record<string, string>>;
  /** When it began; now if absent. */
  readonly startedMs?: number;
}

export interface TrackedRun {
  readonly id: string;
  /** Adds parameters; those without a value are left out. */
  params(params: Readonly<Record<string, unknown>>): void;
  /** Adds figures of one step. */
  metrics(figures: Readonly<Record<string, number>>, step?: number): void;
  artifact(artifact: Artifact): void;
  register(registration: Registration): void;
  end(status: RunStatus, error?: string): void;
}

export interface SyncOutcome {
  readonly sent: number;
  /** Runs that the server still lacks, wholly or in part. */
  readonly left: number;
}

/** Of one local file. */
export class Tracker {
  readonly #file: string;
  readonly #settings: TrackingSettings;
  readonly #warn: Warn;
  readonly #client: MlflowClient | undefined;
  #experiment: Promise<string> | undefined;
  /** A problem is told once a code. */
  readonly #told = new Set<string>();
  readonly #own = new Map<string, Run>();
  #sending: Promise<unknown> = Promise.resolve();
  #lastSentMs = 0;
  #isAway = false;

  constructor(file: string, settings: TrackingSettings, warn: Warn) {
    this.#file = file;
    this.#settings = settings;
    this.#warn = warn;
    this.#client = settings.server && new MlflowClient(settings.server);
    if (settings.problem !== undefined) this.#tell('tracking_refused', settings.problem);
  }

  begin({ kind, name, parent, params = {}, tags = {}, startedMs = Date.now() }: NewTracked): TrackedRun {
    const id = randomUUID();
    const line: Extract<Line, { event: 'begin' }> = {
      event: 'begin',
      run: id,
      ...{ kind, name, timeMs: startedMs, process: { host: hostname(), pid: process.pid } },
      ...(parent && { parent: parent.id }),
    };
    const run = begun(line);
    this.#own.set(id, run);
    this.#write(line);
    const log = (what: Omit<Extract<Line, { event: 'log' }>, 'event' | 'run'>): void => {
      this.#write({ event: 'log', run: id, ...what });
      this.#sendSoon(run);
    };
    const addParams = (given: Readonly<Record<string, unknown>>): void => {
      const shown = textsOf(given);
      Object.assign(run.params, shown);
      if (Object.keys(shown).length > 0) log({ params: shown });
    };
    Object.assign(run.tags, tags);
    if (Object.keys(tags).length > 0) log({ tags: { ...tags } });
    addParams(params);
    return {
      id,
      params: addParams,
      metrics: (figures, step = 0) => {
        const timeMs = Date.now();
        const added = Object.entries(figures)
          .filter(([, value]) => Number.isFinite(value))
          .map(([key, value]) => ({ key, value, step, timeMs }));
        run.metrics.push(...added);
        if (added.length > 0) log({ metrics: added });
      },
      artifact: ({ name: called, file }) => {
        // It may be sent by another process, from another folder.
        const artifact = { name: called, file: resolve(file) };
        run.artifacts.push(artifact);
        log({ artifacts: [artifact] });
      },
      register: (registration) => {
        run.registrations.push(registration);
        log({ registrations: [{ ...registration, aliases: [...registration.aliases] }] });
      },
      end: (status, error) => {
        run.status = status;
        run.endedMs = Date.now();
        this.#write({
          ...{ event: 'end', run: id, status, timeMs: run.endedMs },
          ...(error !== undefined && { error }),
        });
      },
    };
  }

  /**
   * Sends all runs of the file that the server lacks, of this process and of earlier ones: to be awaited at the end of a command. A
   * failure is a warning; the rest stays for the next time.
   */
  async sync(): Promise<SyncOutcome> {
    await this.#sending;
    const { server } = this.#settings;
    const lacking = server === undefined ? [] : this.#runs().filter((run) => !isSent(run, server.uri));
    let sent = 0;
    for (const run of lacking) {
      // What another process is still at is its own to send.
      if (run.status === 'RUNNING' && !this.#own.has(run.id)) continue;
      const outcome = await this.#send(run);
      if (outcome === 'sent') sent++;
      else if (outcome === 'away') break;
    }
    return { sent, left: lacking.length - sent };
  }

  /** The file's runs, those of this process as they are in memory. */
  #runs(): Run[] {
    const { runs } = readRuns(this.#file);
    return runs.map((run) => this.#own.get(run.id) ?? run);
  }

  /** Sends in the background, not more often than every `trackingEveryMs`, and not after a failure. */
  #sendSoon(run: Run): void {
    const now = Date.now();
    if (this.#client === undefined || this.#isAway) return;
    if (now - this.#lastSentMs < limits.trackingEveryMs.default) return;
    this.#lastSentMs = now;
    this.#sending = this.#sending.then(() => this.#send(run));
  }

  async #send(run: Run): Promise<'sent' | 'refused' | 'away'> {
    const [client, server] = [this.#client, this.#settings.server];
    if (client === undefined || server === undefined) return 'away';
    try {
      this.#experiment ??= client.experiment(this.#settings.experiment);
      const experimentId = await this.#experiment;
      const parent = run.parent === undefined ? undefined : this.#runs().find(({ id }) => id === run.parent);
      const parentRunId = parent?.sent?.uri === server.uri ? parent.sent.runId : undefined;
      await sendRun(run, {
        ...{ client, uri: server.uri, experimentId, file: this.#file },
        onLost: ({ code, message }) => this.#tell(code, message),
        ...(parentRunId !== undefined && { parentRunId }),
      });
      return 'sent';
    } catch (error) {
      this.#experiment = undefined;
      const code = error instanceof SepetError ? error.code : 'tracking_refused';
      this.#tell(code, error instanceof Error ? error.message : String(error));
      // Another run may be fine where this one was refused, but not where nobody answers or the token is wrong.
      const isAway = code === 'tracking_unreachable' || / (401|403)/.test(String(error));
      this.#isAway ||= isAway;
      return isAway ? 'away' : 'refused';
    }
  }

  #write(line: Line): void {
    try {
      appendLine(this.#file, line);
    } catch (error) {
      this.#tell(
        'file_io',
        `${this.#file} cannot be written: ${error instanceof Error ? error.message : error}`,
      );
    }
  }

  #tell(code: string, message: string): void {
    if (this.#told.has(code)) return;
    this.#told.add(code);
    this.#warn(code, message);
  }
}

function textsOf(values: Readonly<Record<string, unknown>>): Record<string, string> {
  const known = Object.entries(values).filter(([, value]) => value !== undefined && value !== null);
  return Object.fromEntries(
    known.map(([key, value]) => [key, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
