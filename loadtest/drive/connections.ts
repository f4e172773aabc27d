// The connections are autocannon's: it connects, parses and reconnects. When they send is ours, because its own constant
// rate sends each connection's share of a second as one burst at the second's start, and its correction for coordinated
// omission takes whole milliseconds and an expected interval that is 1 ms at every rate (`Math.ceil(1 / rate)`).
//
// Here a request has a due time by schedule.ts, and its latency counts from there: waiting for a connection to become free,
// as all are when the server stalls, is part of it (Tene, "How NOT to measure latency", 2013).

import autocannon, { type Client } from 'autocannon';
import { wireSource } from '../requests/request.ts';
import type { Job } from './job.ts';
import type { Recorder } from './recorder.ts';
import type { Schedule } from './schedule.ts';

/** What we take over: `_doRequest` is called where a connection may send, and asks `getRequestBuffer` for the bytes. */
type Taken = Client & {
  _doRequest(): void;
  getRequestBuffer(): Buffer;
};

interface Pending {
  readonly dueMs: number;
  readonly sentMs: number;
  readonly counts: boolean;
}

const nowMs = (): number => performance.timeOrigin + performance.now();

/** Far beyond a run: hanging requests are counted at its end, and a connection may well be idle for long. */
const neverSeconds = 10 ** 6;
const retryMs = 10;
const versionPattern = /"artifact":"([^"]*)"[^{}]*?"policy":"([^"]*)"/g;

export class Connections {
  readonly #job: Job;
  readonly #recorder: Recorder;
  readonly #schedule: Schedule | undefined;
  readonly #nextBytes: () => Buffer;
  readonly #pending = new Map<Taken, Pending>();
  readonly #send = new Map<Taken, () => void>();
  /** A set: a connection that breaks while it is idle comes a second time. */
  readonly #idle = new Set<Taken>();
  #sent = 0;
  #stopped = false;
  #cancelled = false;
  #settled = (): void => {};

  constructor(job: Job, recorder: Recorder, schedule: Schedule | undefined) {
    this.#job = job;
    this.#recorder = recorder;
    this.#schedule = schedule;
    this.#nextBytes = wireSource(job.texts, job.firstFresh);
  }

  /** Opens them; they send until `finish`. Resolves when autocannon is gone. */
  open(): { readonly closed: Promise<unknown>; close(): void } {
    const { url, connections, watchVersions } = this.#job;
    const settings = {
      url,
      connections,
      duration: neverSeconds,
      timeout: neverSeconds,
      sampleInt: 50,
      setupClient: (client: Client) => this.#take(client as Taken),
      ...(watchVersions && { verifyBody: (body: string) => this.#watch(body) }),
    } as autocannon.Options;
    let running: autocannon.Instance | undefined;
    const closed = new Promise((resolve, reject) => {
      running = autocannon(settings, (error, result) => (error ? reject(error) : resolve(result)));
    });
    running?.on('response', (client, status, bytes) => this.#answered(client as Taken, status, bytes));
    return { closed, close: () => running?.stop() };
  }

  /** Sends what is due. */
  tick(): void {
    const schedule = this.#schedule;
    if (schedule === undefined || this.#stopped) return;
    for (const client of this.#idle) {
      if (!this.#isDue(schedule)) return;
      this.#idle.delete(client);
      this.#sendNext(client, schedule.dueMs(this.#sent));
    }
  }

  /** Sends nothing new and waits for what is due, for the grace at most; then the rest counts as unanswered. */
  async finish(): Promise<void> {
    this.#stopped = this.#schedule === undefined || this.#cancelled;
    this.tick();
    if (!this.#isSettled()) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#job.graceSeconds * 1000);
        this.#settled = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#stopped = true;
    const now = nowMs();
    for (const { counts, dueMs } of this.#pending.values()) if (counts) this.#recorder.unanswered(dueMs, now);
    this.#pending.clear();
    const schedule = this.#schedule;
    if (schedule === undefined || this.#cancelled) return;
    for (; schedule.isDue(this.#sent, now); this.#sent++) {
      const dueMs = schedule.dueMs(this.#sent);
      if (!this.#recorder.counts(dueMs)) continue;
      this.#recorder.due();
      this.#recorder.unanswered(dueMs, now);
    }
  }

  /** What is not sent yet will not be. */
  cancel(): void {
    this.#cancelled = true;
    this.#stopped = true;
  }

  #isSettled(): boolean {
    const schedule = this.#schedule;
    const isLeft = !this.#stopped && schedule !== undefined && this.#sent < schedule.total;
    return this.#pending.size === 0 && !isLeft;
  }

  #take(client: Taken): void {
    const send = client._doRequest.bind(client);
    this.#send.set(client, send);
    client.getRequestBuffer = () => this.#nextBytes();
    client._doRequest = () => this.#ready(client);
  }

  /** A connection may send: it is new, has had its answer, or broke and is connected again. */
  #ready(client: Taken): void {
    const lost = this.#pending.get(client);
    if (lost !== undefined) {
      this.#pending.delete(client);
      if (lost.counts) this.#recorder.broke(nowMs());
      // A server that is down would be asked as fast as the loop turns.
      setTimeout(() => this.#ready(client), retryMs);
      return;
    }
    const schedule = this.#schedule;
    if (this.#stopped) this.#settleIfDone();
    else if (schedule === undefined) this.#sendNext(client, nowMs());
    else if (this.#isDue(schedule)) this.#sendNext(client, schedule.dueMs(this.#sent));
    else {
      this.#idle.add(client);
      this.#settleIfDone();
    }
  }

  #isDue(schedule: Schedule): boolean {
    const now = nowMs();
    this.#sent = schedule.nextAfter(this.#sent, now);
    return schedule.isDue(this.#sent, now);
  }

  #sendNext(client: Taken, dueMs: number): void {
    this.#sent++;
    const counts = this.#recorder.counts(dueMs);
    if (counts) this.#recorder.due();
    this.#pending.set(client, { dueMs, sentMs: nowMs(), counts });
    this.#send.get(client)?.();
  }

  #answered(client: Taken, status: number, bytes: number): void {
    const pending = this.#pending.get(client);
    this.#pending.delete(client);
    if (pending !== undefined) this.#recorder.answered({ ...pending, nowMs: nowMs(), status, bytes });
  }

  #settleIfDone(): void {
    if (this.#isSettled()) this.#settled();
  }

  #watch(body: string): boolean {
    for (const [, artifact, policy] of body.matchAll(versionPattern))
      this.#recorder.version(`${artifact} ${policy}`);
    return true;
  }
}
