// What visitors see, click and add, told to the server: by beacons, which outlive the page and ask nobody beforehand.

import type { GivenEvent } from 'sepet/client';

/** Random digits; `crypto.randomUUID` is there on secure pages only. */
const random = (): string =>
  Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, '0')).join(
    '',
  );

const key = 'sepet-session';
let ownSession: string | undefined;

/** Says of the visit that it is the same, and nothing else: kept in the tab, and gone with it. */
export function sessionId(): string {
  try {
    ownSession ??= sessionStorage.getItem(key) ?? random();
    sessionStorage.setItem(key, ownSession);
  } catch {
    // The page may not keep anything.
    ownSession ??= random();
  }
  return ownSession;
}

/** Whether the visitor asked not to be followed (Global Privacy Control, Do Not Track). */
export function isUnwanted(): boolean {
  const { globalPrivacyControl, doNotTrack } = navigator as Navigator & { globalPrivacyControl?: boolean };
  return globalPrivacyControl === true || doNotTrack === '1';
}

/** Sends one event, with an id by which it counts once. Whatever becomes of it disturbs nobody. */
export function send(endpoint: string, event: GivenEvent): void {
  try {
    // Text is what browsers send to other origins without asking first.
    navigator.sendBeacon(`${endpoint}/v1/events`, JSON.stringify({ events: [{ id: random(), ...event }] }));
  } catch {
    // An address that is none, or a browser without beacons.
  }
}
