// Requests with a method and a body, for the tests of what is not only read.

import { type RequestOptions, request } from 'node:http';
import { networkInterfaces } from 'node:os';
import type { Got } from './serving.ts';

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
  return new Promise((resolve, reject) => {
    const sent = request(url, { method, headers: all, ...options }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () => {
        const { statusCode: status = 0, headers: got } = response;
        resolve({ status, headers: got, body: Buffer.concat(chunks) });
      });
    });
    sent.on('error', reject);
    sent.end(bytes);
  });
}

/** An address of this machine that is not its loopback's; undefined where it has none. */
export const outerAddress = (): string | undefined =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
