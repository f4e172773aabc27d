// Several processes behind one port: the kernel deals connections out to them. This is the side of the process that starts
// them; it serves nothing itself. It starts a process that dies anew, hands signals on, and relays what they ask each other.

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressUnavailable } from '../base/address.ts';
import type { Log } from '../base/log.ts';
import { instanceVariable, isPeerMessage, type PeerMessage } from './peers.ts';

export interface InstancesOptions {
  readonly count: number;
  /** The script that serves, and its arguments. */
  readonly script: string;
  readonly args: readonly string[];
  readonly log: Log;
}

/** A process that dies at once is not started a thousand times a second. */
const restartMs = 1000;

/** A port that nobody else listens on: the processes share theirs, so they would not notice. */
export async function freePort(host: string, port: number): Promise<number> {
  const probe = createServer();
  try {
    await once(probe.listen({ host, port, exclusive: true }), 'listening');
  } catch (cause) {
    throw addressUnavailable(host, port, { cause });
  }
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : port;
}

interface Asked {
  readonly from: ChildProcess;
  readonly id: number;
  readonly waiting: Set<ChildProcess>;
  readonly answers: unknown[];
}

/** One that ends meanwhile does not hear it, and its exit tells the rest. */
const tell = (child: ChildProcess, message: PeerMessage): void => void child.send(message, () => {});

/** Relays between the processes; the first one speaks to standard output. */
export class Instances {
  readonly #options: InstancesOptions;
  readonly #running = new Set<ChildProcess>();
  readonly #asked = new Map<number, Asked>();
  readonly #kept = new Map<string, { readonly topic: string; readonly argument: unknown }>();
  #questions = 0;
  #isStopping = false;
  #exitCode = 0;
  #onEnd: ((exitCode: number) => void) | undefined;
  readonly #ended = new Promise<number>((resolve) => {
    this.#onEnd = resolve;
  });

  constructor(options: InstancesOptions) {
    this.#options = options;
  }

  /**
   * Starts all, the one that announces itself last, and resolves to the highest exit code when all have ended after a
   * signal. One that ends before it serves (it has said why) ends them all.
   */
  async run(): Promise<number> {
    const { count } = this.#options;
    try {
      await Promise.all(Array.from({ length: count - 1 }, (_, i) => this.#start(i + 2, 'ignore')));
      if (!this.#isStopping) await this.#start(1, 'inherit');
    } catch {
      this.signal('SIGKILL');
    }
    this.#endIfDone();
    return this.#ended;
  }

  /** Hands a signal on; processes that end from now on are not started anew. */
  signal(signal: NodeJS.Signals): void {
    this.#isStopping = true;
    for (const child of this.#running) child.kill(signal);
  }

  async #start(instance: number, stdout: 'inherit' | 'ignore'): Promise<void> {
    const { count, script, args } = this.#options;
    const child = fork(script, args, {
      // A group of its own: Ctrl-C of a terminal would reach it a second time.
      detached: true,
      stdio: ['ignore', stdout, 'inherit', 'ipc'],
      env: { ...process.env, [instanceVariable]: `${instance}/${count}` },
    });
    this.#running.add(child);
    let isReady = false;
    await new Promise<void>((resolve, reject) => {
      child.on('message', (message) => {
        if (!isPeerMessage(message)) return;
        if (message.peers === 'ready') {
          isReady = true;
          // Nobody waits for these answers.
          for (const kept of this.#kept.values()) tell(child, { peers: 'question', id: 0, ...kept });
          resolve();
        } else this.#hear(child, message);
      });
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        this.#forget(child);
        // Those that are ended because another failed did not fail.
        if (signal !== 'SIGKILL' || !this.#isStopping) this.#exitCode = Math.max(this.#exitCode, code ?? 1);
        this.#endIfDone();
        if (isReady && !this.#isStopping) void this.#replace(instance, signal ?? `exit code ${code}`);
        reject(new Error(`Process ${instance} of ${count} ended with ${signal ?? code} before it served.`));
      });
    });
  }

  async #replace(instance: number, why: string): Promise<void> {
    const { log } = this.#options;
    log.error(`process ${instance} died (${why}) and is replaced`);
    for (;;) {
      await sleep(restartMs);
      if (this.#isStopping) return;
      try {
        await this.#start(instance, 'ignore');
        return;
      } catch (error) {
        log.error(error instanceof Error ? error.message : String(error));
      }
    }
  }

  #hear(child: ChildProcess, message: PeerMessage): void {
    if (message.peers === 'ask') {
      const { topic, argument, keep } = message;
      if (keep !== undefined) {
        this.#kept.delete(keep);
        this.#kept.set(keep, { topic, argument });
      }
      const question = ++this.#questions;
      const waiting = new Set(this.#running);
      this.#asked.set(question, { from: child, id: message.id, waiting, answers: [] });
      for (const one of waiting) tell(one, { peers: 'question', id: question, topic, argument });
    } else if (message.peers === 'answer') this.#take(message.id, child, [message.answer]);
  }

  #take(question: number, child: ChildProcess, answers: readonly unknown[]): void {
    const asked = this.#asked.get(question);
    if (asked === undefined || !asked.waiting.delete(child)) return;
    asked.answers.push(...answers);
    if (asked.waiting.size > 0) return;
    this.#asked.delete(question);
    const { from, id } = asked;
    if (this.#running.has(from)) tell(from, { peers: 'answered', id, answers: asked.answers });
  }

  #endIfDone(): void {
    if (this.#isStopping && this.#running.size === 0) this.#onEnd?.(this.#exitCode);
  }

  #forget(child: ChildProcess): void {
    this.#running.delete(child);
    for (const question of [...this.#asked.keys()]) this.#take(question, child, []);
  }
}
