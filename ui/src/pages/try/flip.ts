// Cards that changed their place slide there (FLIP: first, last, invert, play), unless motion is not wanted.

export type Places = ReadonlyMap<string, DOMRect>;

const slideMs = 160;
/** More than this is too much to follow anyway. */
const mostCards = 48;

const isWanted = (): boolean => !matchMedia('(prefers-reduced-motion: reduce)').matches;

/** Where elements with `data-id` stand now. */
export function placesOf(cards: readonly HTMLElement[]): Places {
  if (cards.length > mostCards || !isWanted()) return new Map();
  return new Map(cards.map((card) => [card.dataset.id ?? '', card.getBoundingClientRect()]));
}

/** Lets those that stand elsewhere now come from where they stood. */
export function slide(cards: readonly HTMLElement[], before: Places): void {
  if (before.size === 0) return;
  for (const card of cards) {
    const from = before.get(card.dataset.id ?? '');
    const to = card.getBoundingClientRect();
    if (from === undefined) card.animate([{ opacity: 0 }, { opacity: 1 }], { duration: slideMs });
    else if (from.left !== to.left || from.top !== to.top) {
      const transform = `translate(${from.left - to.left}px, ${from.top - to.top}px)`;
      card.animate([{ transform }, { transform: 'none' }], { duration: slideMs, easing: 'ease-out' });
    }
  }
}
