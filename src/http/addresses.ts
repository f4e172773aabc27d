// Addresses of clients: as bytes from the socket, as text from a proxy's header. What counts as one client is an IPv4
// address, or the /64 of an IPv6 address, which is what one customer gets.

import { isIPv4, isIPv6 } from 'node:net';

/** One client, for a table: a number for IPv4, text for IPv6. */
export type ClientKey = number | string;

/** `::ffff:a.b.c.d`, which is how a socket that listens on both kinds tells of an IPv4 address. */
function isMapped(bytes: Uint8Array): boolean {
  for (let i = 0; i < 10; i++) if (bytes[i] !== 0) return false;
  return bytes[10] === 0xff && bytes[11] === 0xff;
}

const word = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 8) | (bytes[at + 1] as number)) & 0xffff;

/** The client of 4 or 16 bytes. No text is made of IPv4, and four characters of an IPv6 network. */
export function clientKey(bytes: Uint8Array): ClientKey {
  const at = bytes.length === 16 && isMapped(bytes) ? 12 : 0;
  if (bytes.length - at === 4) return word(bytes, at) * 65_536 + word(bytes, at + 2);
  return String.fromCharCode(word(bytes, 0), word(bytes, 2), word(bytes, 4), word(bytes, 6));
}

/** Whether it is this machine: 127.0.0.0/8 or ::1. */
export function isLoopback(bytes: Uint8Array): boolean {
  if (bytes.length === 4) return bytes[0] === 127;
  if (isMapped(bytes)) return bytes[12] === 127;
  return bytes.length === 16 && bytes.every((byte, i) => byte === (i === 15 ? 1 : 0));
}

/** As people write it, for the log. */
export function addressText(bytes: Uint8Array): string {
  const v4 = bytes.length === 4 ? bytes : isMapped(bytes) ? bytes.subarray(12) : undefined;
  if (v4 !== undefined) return v4.join('.');
  const words = Array.from({ length: bytes.length / 2 }, (_, i) => word(bytes, 2 * i).toString(16));
  return words.join(':');
}

/** Reads an address, also with a port (`1.2.3.4:80`, `[::1]:80`); undefined where it is none. */
export function parseAddress(text: string): Uint8Array | undefined {
  const [, bracketed, plain] = /^(?:\[([^\]]*)\](?::\d+)?|([^:]*)(?::\d+)?)$/.exec(text) ?? [];
  const address = bracketed ?? plain ?? text;
  if (isIPv4(address)) return Uint8Array.from(address.split('.'), Number);
  return isIPv6(address) ? parseIpv6(address) : undefined;
}

function parseIpv6(address: string): Uint8Array {
  const [bare = ''] = address.split('%');
  // The last two words may be written as an IPv4 address.
  const text = bare.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, a, b, c, d) => {
    const pair = (high: string, low: string) => (Number(high) * 256 + Number(low)).toString(16);
    return `${pair(a, b)}:${pair(c, d)}`;
  });
  const [head = '', tail] = text.split('::');
  const wordsOf = (part: string): string[] => (part === '' ? [] : part.split(':'));
  const first = wordsOf(head);
  const last = tail === undefined ? [] : wordsOf(tail);
  const zeros = Array<string>(8 - first.length - last.length).fill('0');
  const words = [...first, ...zeros, ...last].map((one) => Number.parseInt(one, 16));
  return Uint8Array.from(words.flatMap((one) => [one >> 8, one & 0xff]));
}
