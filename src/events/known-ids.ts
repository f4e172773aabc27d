// The ids of the latest events, so that one that is sent again (a retry, a page that is restored) counts once.

/** A set of bounded size that forgets what came first. */
export class KnownIds {
  readonly #most: number;
  /** A promise where the event is being written. */
  readonly #ids = new Map<string, Promise<void> | undefined>();

  constructor(most: number) {
    this.#most = most;
  }

  get size(): number {
    return this.#ids.size;
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** What to wait for until the event of this id is kept. */
  writing(id: string): Promise<void> | undefined {
    return this.#ids.get(id);
  }

  /** Notes ids that are being written: for good where that succeeds, forgotten where it fails, as they will come again. */
  note(ids: readonly string[], written: Promise<void>): void {
    for (const id of ids) {
      this.#ids.set(id, written);
      if (this.#ids.size > this.#most) this.#ids.delete(this.#ids.keys().next().value as string);
    }
    const settle = (isKept: boolean): void => {
      for (const id of ids) {
        if (this.#ids.get(id) !== written) continue;
        if (isKept) this.#ids.set(id, undefined);
        else this.#ids.delete(id);
      }
    };
    written.then(
      () => settle(true),
      () => settle(false),
    );
  }
}
