// Ways to send bodies, also broken and slow ones.

import { connect, type Socket } from 'node:net';
import type { Got } from './serving.ts';
import { get } from './serving.ts';

/** Sends a body as it is. */
export function post(
  url: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): Promise<Got> {
  const given = {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(body)),
    ...headers,
  };
  return get(url, { method: 'POST', headers: given }, body);
}

export const postJson = (url: string, value: unknown, headers?: Record<string, string>): Promise<Got> =>
  post(url, JSON.stringify(value), headers);

export interface RawSocket {
  readonly socket: Socket;
  /** Resolves to all that came until the text holds `until`, or the other end closed. */
  read(until: string): Promise<string>;
  readonly closed: Promise<void>;
}

/** A connection on which bytes are written by hand. */
export function rawSocket(url: string): RawSocket {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    text += chunk;
  });
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const read = async (until: string): Promise<string> => {
    while (!text.includes(until) && !socket.closed) await new Promise((resolve) => setTimeout(resolve, 5));
    return text;
  };
  return { socket, read, closed };
}

export const head = (path: string, ...lines: string[]): string =>
  `${[`POST ${path} HTTP/1.1`, 'Host: x', 'Content-Type: application/json', ...lines].join('\r\n')}\r\n\r\n`;
