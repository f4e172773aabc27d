// Tables that are made when they are first asked for, or before, a piece at a time, by a thread that has other things to do.

export interface Gradual<T> {
  /** The table, made to its end now where it is not. */
  get(): T;
  /** Goes on until `performance.now()` passes a time; returns whether more is to do. */
  advance(untilMs: number): boolean;
}

/** Makes a table of what a generator returns; it yields often, and no sooner than after some microseconds. */
export function gradually<T>(make: () => Generator<void, T>): Gradual<T> {
  let work: Generator<void, T> | undefined;
  let made: { readonly value: T } | undefined;

  function step(): void {
    const going = work ?? make();
    // Where it throws, it is begun anew by whoever asks next.
    work = undefined;
    const { done, value } = going.next();
    if (done) made = { value };
    else work = going;
  }

  return {
    get() {
      for (;;) {
        if (made !== undefined) return made.value;
        step();
      }
    },
    advance(untilMs) {
      while (made === undefined && performance.now() < untilMs) step();
      return made === undefined;
    },
  };
}
