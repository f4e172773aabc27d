// The server, as these pages ask it.

import { type AdminClient, type Client, createAdminClient, createClient } from 'sepet/client';
import { openSignIn } from './sign-in.ts';

export { SepetError } from 'sepet/client';

export interface UiConfig {
  /** What product pictures are relative to; null where the server serves none. */
  readonly images: string | null;
  readonly version: string;
  readonly events: boolean;
  readonly verdicts: boolean;
  readonly releases: boolean;
}

/** A person waits longer than a shop page does. */
const timeoutMs = 10_000;

export const client: Client = createClient({ url: location.origin, timeoutMs });

const tokenKey = 'sepet-token';
const whoKey = 'sepet-who';

function stored(storage: Storage, key: string): string {
  try {
    return storage.getItem(key) ?? '';
  } catch {
    return '';
  }
}

/** The operator's token, of this tab only. */
export const token = (): string => stored(sessionStorage, tokenKey);

/** Who decides here: stands beside verdicts, revisions and promotions. Empty where not said yet. */
export const who = (): string => stored(localStorage, whoKey);

export function setWho(name: string): void {
  localStorage.setItem(whoKey, name.trim());
  window.dispatchEvent(new Event('sepet-operator'));
}

export function setToken(text: string): void {
  if (text === '') sessionStorage.removeItem(tokenKey);
  else sessionStorage.setItem(tokenKey, text);
  window.dispatchEvent(new Event('sepet-operator'));
}

/** The operators' calls, with the token of this tab where there is one. */
export function admin(): AdminClient {
  const given = token();
  return createAdminClient({
    url: location.origin,
    timeoutMs: 60_000,
    ...(given !== '' && { token: given }),
  });
}

/** Opens the operator's dialog. Resolves to whether it was filled in. */
export const signIn = (why?: string): Promise<boolean> => openSignIn({ why });

const codeOf = (error: unknown): unknown => (error as { code?: unknown } | undefined)?.code;

/**
 * Does work as operator, and asks for the token where the server wants one or refuses the one it got. Throws what the server said where
 * the dialog is closed without an answer.
 */
export async function asOperator<T>(work: (client: AdminClient) => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work(admin());
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'token_missing' && code !== 'token_invalid') throw error;
      const why =
        code === 'token_invalid' ? 'The server refused this token.' : 'The server wants a token for this.';
      if (!(await signIn(why))) throw error;
    }
  }
}

const none: UiConfig = { images: null, version: '', events: false, verdicts: false, releases: false };
let known: UiConfig = none;
let asked: Promise<UiConfig> | undefined;

/** What the server offers these pages; asked once. */
export function config(): Promise<UiConfig> {
  asked ??= fetch('/ui/config.json')
    .then(async (response) =>
      response.ok ? { ...none, ...((await response.json()) as Partial<UiConfig>) } : none,
    )
    .catch(() => none)
    .then((read) => {
      known = read;
      return read;
    });
  return asked;
}

/** The same, as far as it is known by now: the shell waits for it before it shows a page. */
export const configNow = (): UiConfig => known;
