// What a view shows stands in its URL, so that it can be sent to a colleague and the back button works.

import type { ReactiveController, ReactiveControllerHost } from 'lit';

/** Sent on `window` whenever this module changes the URL; the browser sends `popstate` for its own changes. */
const changed = 'sepet-url';

export type Patch = Readonly<Record<string, string | readonly string[] | null | undefined>>;

export const readUrl = (): URLSearchParams => new URLSearchParams(location.search);

/** The query string of the present URL with changes, `?` included; empty where nothing is left. */
export function patchedSearch(patch: Patch, from: URLSearchParams = readUrl()): string {
  const params = new URLSearchParams(from);
  for (const [name, value] of Object.entries(patch)) {
    params.delete(name);
    for (const one of [value ?? []].flat()) params.append(name, one);
  }
  const text = params.toString();
  return text === '' ? '' : `?${text}`;
}

/** Goes to a path of these pages (`/ui/compare?…`) without loading a document. */
export function goTo(path: string, { replace = false } = {}): void {
  const url = new URL(path, location.href);
  if (url.href === location.href) return;
  if (replace) history.replaceState(null, '', url);
  else history.pushState(null, '', url);
  window.dispatchEvent(new Event(changed));
}

/**
 * Changes parameters of the URL: null or an empty list takes one out, a list repeats it. `replace` for what moves under the
 * finger, such as a slider, so that the back button passes over it.
 */
export function patchUrl(patch: Patch, options: { readonly replace?: boolean } = {}): void {
  goTo(`${location.pathname}${patchedSearch(patch)}`, options);
}

/** Calls back on every change of the URL; returns how to stop. */
export function onUrl(call: () => void): () => void {
  window.addEventListener(changed, call);
  window.addEventListener('popstate', call);
  return () => {
    window.removeEventListener(changed, call);
    window.removeEventListener('popstate', call);
  };
}

/** Renders its host anew, after `changed` where given, whenever the URL changes. */
export class UrlController implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #changed: ((params: URLSearchParams) => void) | undefined;
  #stop: (() => void) | undefined;

  constructor(host: ReactiveControllerHost, changed?: (params: URLSearchParams) => void) {
    this.#host = host;
    this.#changed = changed;
    host.addController(this);
  }

  get params(): URLSearchParams {
    return readUrl();
  }

  hostConnected(): void {
    this.#stop = onUrl(() => {
      this.#changed?.(readUrl());
      this.#host.requestUpdate();
    });
  }

  hostDisconnected(): void {
    this.#stop?.();
  }
}
