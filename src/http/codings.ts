// Which content coding a file is sent in (RFC 9110, section 12.5.3).

/** Those that files lie ready in, best first where the client does not mind. */
export const codings = ['br', 'gzip'] as const;
export type Coding = (typeof codings)[number];

/** What the header says of each coding; codings that are written in another way than RFC 9110 has it count as refused. */
function qualities(acceptEncoding: string): Map<string, number> {
  const found = new Map<string, number>();
  for (const part of acceptEncoding.split(',')) {
    const [name = '', ...parameters] = part.split(';').map((one) => one.trim().toLowerCase());
    if (name === '') continue;
    const q = parameters.find((one) => one.startsWith('q='));
    const quality = q === undefined ? 1 : Number(q.slice(2));
    found.set(name === 'x-gzip' ? 'gzip' : name, quality >= 0 && quality <= 1 ? quality : 0);
  }
  return found;
}

/**
 * The coding to send among those at hand, undefined for none: what the client likes best, but never one that it does not name. A
 * file is sent plain rather than refused where the client accepts nothing at all.
 */
export function codingFor(acceptEncoding: string, atHand: readonly Coding[]): Coding | undefined {
  if (acceptEncoding === '' || atHand.length === 0) return undefined;
  const asked = qualities(acceptEncoding);
  const any = asked.get('*') ?? 0;
  // Where it is not spoken of it is possible, but nobody's wish.
  let best = asked.get('identity') ?? 0;
  let chosen: Coding | undefined;
  for (const coding of codings) {
    const quality = atHand.includes(coding) ? (asked.get(coding) ?? any) : 0;
    // Between equals the shorter one.
    if (quality > 0 && (quality > best || (chosen === undefined && quality === best)))
      [best, chosen] = [quality, coding];
  }
  return chosen;
}
