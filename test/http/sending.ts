// Requests with a method and a body, for the tests of what is not only read.

import type { RequestOptions } from 'node:http';
import { networkInterfaces } from 'node:os';
import { type Got, get } from './serving.ts';

/** One request; a body that is no text or bytes is sent as JSON. */
export function send(
  method: string,
  url: string,
  body?: unknown,
  { headers, ...options }: RequestOptions = {},
): Promise<Got> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array;
  const bytes = body === undefined || isRaw ? (body as string | undefined) : JSON.stringify(body);
  const all = { ...(body !== undefined && { 'Content-Type': 'application/json' }), ...headers };
  return get(url, { method, headers: all, ...options }, bytes);
}

/** An address of this machine that is not its loopback's; undefined where it has none. */
export const outerAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
