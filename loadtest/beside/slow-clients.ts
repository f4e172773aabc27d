// Clients that hold a server up, beside the measured ones: they dribble, do not read, sit idle or hang up.

import { connect, type Socket } from 'node:net';
import type { Slow } from '../scenario/schema.ts';

export interface SlowReport {
  readonly headers: number;
  readonly bodies: number;
  readonly readers: number;
  readonly idle: number;
  readonly aborts: number;
  /** Connections of slow clients that the server closed, for good reason or not. */
  readonly closedByServer: number;
  /** Connections that could not be made. */
  readonly refused: number;
}

export interface SlowOptions {
  readonly url: string;
  readonly slow: Slow;
  /** A path that is asked for by those who dribble and those who hang up. */
  readonly path: string;
}

const dribbleMs = 200;
const reopenMs = 100;
/** An answer that no socket's buffers hold. */
const longPath = '/v1/products?limit=20000';
const body = JSON.stringify({ product: 'x'.repeat(200) });

type Kind = 'headers' | 'bodies' | 'readers' | 'idle';
type Count = { -readonly [K in keyof SlowReport]: number };

export class SlowClients {
  readonly #options: SlowOptions;
  readonly #host: string;
  readonly #port: number;
  readonly #sockets = new Set<Socket>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #stopping = false;
  readonly #count: Count = {
    headers: 0,
    bodies: 0,
    readers: 0,
    idle: 0,
    aborts: 0,
    closedByServer: 0,
    refused: 0,
  };

  constructor(options: SlowOptions) {
    const { hostname, port } = new URL(options.url);
    this.#options = options;
    this.#host = hostname.replace(/^\[|\]$/g, '');
    this.#port = Number(port === '' ? 80 : port);
  }

  /** Connects them all; resolves when the last one is there or was refused. */
  async start(): Promise<void> {
    const { slow, path } = this.#options;
    const head = `Host: ${this.#host}\r\n`;
    await Promise.all([
      this.#many('idle', slow.idle, () => {}),
      this.#many('headers', slow.headers, (socket) =>
        this.#dribble(socket, `GET ${path} HTTP/1.1\r\n${head}`, 'X-Slow: '.concat('y'.repeat(10_000))),
      ),
      this.#many('bodies', slow.bodies, (socket) => {
        const length = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n`;
        this.#dribble(socket, `POST /v1/bought-together HTTP/1.1\r\n${head}${length}`, body);
      }),
      this.#many('readers', slow.readers, (socket) => {
        socket.pause();
        socket.write(`GET ${longPath} HTTP/1.1\r\n${head}\r\n`);
      }),
    ]);
    if (slow.abortsPerSecond > 0)
      this.#timers.add(setInterval(() => this.#abortOne(path, head), 1000 / slow.abortsPerSecond));
  }

  /** Ends them and tells what became of them. */
  stop(): SlowReport {
    this.#stopping = true;
    for (const timer of this.#timers) clearInterval(timer);
    for (const socket of this.#sockets) socket.destroy();
    return { ...this.#count };
  }

  async #many(kind: Kind, count: number, use: (socket: Socket) => void): Promise<void> {
    const held = Array.from({ length: count }, () => this.#hold(use));
    this.#count[kind] += (await Promise.all(held)).filter(Boolean).length;
  }

  /** Opens a connection and, where the server closes it, another one: they are there as long as the load is. */
  async #hold(use: (socket: Socket) => void): Promise<boolean> {
    if (this.#stopping) return false;
    const socket = await this.#open();
    if (socket === undefined) return false;
    socket.once('close', () => {
      if (this.#stopping) return;
      this.#count.closedByServer++;
      setTimeout(() => this.#hold(use), reopenMs);
    });
    use(socket);
    return true;
  }

  #open(): Promise<Socket | undefined> {
    return new Promise((resolve) => {
      const socket = connect(this.#port, this.#host);
      let connected = false;
      this.#sockets.add(socket);
      socket.once('connect', () => {
        connected = true;
        resolve(socket);
      });
      // Without a listener an error would end the process; what follows it is 'close'.
      socket.on('error', () => {});
      socket.once('close', () => {
        this.#sockets.delete(socket);
        if (!connected && !this.#stopping) this.#count.refused++;
        resolve(undefined);
      });
    });
  }

  /** A beginning at once, then a byte at a time. */
  #dribble(socket: Socket, beginning: string, rest: string): void {
    socket.write(beginning);
    let at = 0;
    const timer = setInterval(() => {
      if (socket.writable && at < rest.length) socket.write(rest.charAt(at++));
    }, dribbleMs);
    this.#timers.add(timer);
    socket.once('close', () => {
      clearInterval(timer);
      this.#timers.delete(timer);
    });
    socket.resume();
  }

  async #abortOne(path: string, head: string): Promise<void> {
    const socket = await this.#open();
    if (socket === undefined || this.#stopping) return;
    this.#count.aborts++;
    // Sent, and gone before the answer can be there: a reset, not a polite end.
    socket.write(`GET ${path} HTTP/1.1\r\n${head}\r\n`, () => socket.resetAndDestroy());
  }
}
