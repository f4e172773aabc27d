// Drafts are kept in this browser until they are saved or discarded.

export interface KeptDraft {
  readonly text: string;
  /** Hash of the policy that was served when the draft was begun; empty for a new one. */
  readonly base: string;
  /** ISO 8601. */
  readonly at: string;
}

const prefix = 'sepet-draft:';
const keyOf = (label: string, name: string): string => `${prefix}${label}:${name}`;

export function readDraft(
  label: string,
  name: string,
  storage: Storage = localStorage,
): KeptDraft | undefined {
  try {
    const kept = JSON.parse(storage.getItem(keyOf(label, name)) ?? 'null') as Partial<KeptDraft> | null;
    if (typeof kept?.text !== 'string') return undefined;
    return { text: kept.text, base: kept.base ?? '', at: kept.at ?? '' };
  } catch {
    return undefined;
  }
}

/** Returns false where the browser has no room. */
export function keepDraft(
  label: string,
  name: string,
  draft: Omit<KeptDraft, 'at'>,
  storage: Storage = localStorage,
): boolean {
  try {
    storage.setItem(keyOf(label, name), JSON.stringify({ ...draft, at: new Date().toISOString() }));
    return true;
  } catch {
    return false;
  }
}

export function dropDraft(label: string, name: string, storage: Storage = localStorage): void {
  storage.removeItem(keyOf(label, name));
}

export interface DraftPlace extends KeptDraft {
  readonly label: string;
  readonly name: string;
}

/** All drafts of this browser, the latest first. */
export function keptDrafts(storage: Storage = localStorage): readonly DraftPlace[] {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '');
  return keys
    .flatMap((key): DraftPlace[] => {
      const [, label, name] = /^sepet-draft:([^:]*):(.+)$/.exec(key) ?? [];
      if (label === undefined || name === undefined) return [];
      const kept = readDraft(label, name, storage);
      return kept === undefined ? [] : [{ ...kept, label, name }];
    })
    .toSorted((one, other) => (one.at < other.at ? 1 : -1));
}

const textPrefix = 'sepet-text:';

/**
 * The text of a policy that was saved from here: the server keeps what a policy says, not its comments, so that this browser remembers them
 * beside the hash of what they say.
 */
export function savedText(hash: string, storage: Storage = localStorage): string | undefined {
  return storage.getItem(`${textPrefix}${hash}`) ?? undefined;
}

const mostTexts = 40;

export function keepText(hash: string, text: string, storage: Storage = localStorage): void {
  const keys = Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '').filter((key) =>
    key.startsWith(textPrefix),
  );
  for (const key of keys.slice(0, Math.max(0, keys.length - mostTexts + 1))) storage.removeItem(key);
  try {
    storage.setItem(`${textPrefix}${hash}`, text);
  } catch {
    // No room: the comments are lost, what the policy says is not.
  }
}
