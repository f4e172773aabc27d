// What a developer would want to see of the widget: its events, and what it sends.

import type { LitElement } from 'lit';

export interface Entry {
  readonly atMs: number;
  readonly kind: 'event' | 'sent';
  readonly name: string;
  /** In one line. */
  readonly said: string;
  readonly detail: unknown;
}

const mostEntries = 40;
export const withEntry = (entries: readonly Entry[], entry: Entry): readonly Entry[] =>
  [entry, ...entries].slice(0, mostEntries);

interface Detail {
  readonly items?: readonly unknown[];
  readonly item?: { readonly id: string; readonly position: number };
  readonly reason?: string;
  readonly products: readonly string[];
}

export function eventEntry({ type, detail }: CustomEvent<unknown>): Entry {
  const { items, item, reason, products } = detail as Detail;
  const what =
    reason ??
    (item === undefined ? `${items?.length ?? 0} products` : `${item.id} at place ${item.position}`);
  return { atMs: Date.now(), kind: 'event', name: type, said: `${what}, of ${products.join(', ')}`, detail };
}

function beaconEntry(url: string, body: string): Entry {
  const detail = JSON.parse(body) as { events: { type: string; items: unknown[] }[] };
  const said = detail.events.map(({ type, items }) => `${type} of ${items.length}`).join(', ');
  return { atMs: Date.now(), kind: 'sent', name: new URL(url).pathname, said, detail };
}

/** Tells of each beacon that the page sends, as long as the host is in it. */
export function watchBeacons(host: LitElement, tell: (entry: Entry) => void): void {
  const send = navigator.sendBeacon;
  host.addController({
    hostConnected() {
      navigator.sendBeacon = (url, body) => {
        if (typeof body === 'string') tell(beaconEntry(String(url), body));
        return send.call(navigator, url, body);
      };
    },
    hostDisconnected() {
      navigator.sendBeacon = send;
    },
  });
}
