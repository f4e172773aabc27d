// Who does it: what labels, records and deltas say under `by`.

import { hostname, userInfo } from 'node:os';

/** `$SEPET_USER`, else user@host. */
export function whoami(): string {
  const { SEPET_USER: told = '' } = process.env;
  return told === '' ? `${userName()}@${hostname()}` : told;
}

/** Who had it done and through whom, where a server did it for somebody: `ayse via sepet@shop1`. */
export const doneBy = (by: string | undefined): string =>
  by === undefined ? whoami() : `${by} via ${whoami()}`;

/** A container's user often has no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 'unknown');
  }
}
