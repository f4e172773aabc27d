// Looks of the widget by its variables alone, to be seen and copied.

export const looks = {
  shop: {
    '--sepet-accent': 'light-dark(#0b6b50, #5fd0a8)',
    '--sepet-accent-text': 'light-dark(#ffffff, #06231a)',
    '--sepet-surface': 'light-dark(#ffffff, #1b201e)',
    '--sepet-line': 'light-dark(#d9dfdb, #343c38)',
    '--sepet-radius': '10px',
  },
  plain: {},
  square: {
    '--sepet-accent': 'light-dark(#17191c, #f1f3f5)',
    '--sepet-accent-text': 'light-dark(#ffffff, #17191c)',
    '--sepet-radius': '0px',
    '--sepet-gap': '0.5rem',
    '--sepet-card-width': '8.5em',
    '--sepet-card-padding': '0.5em',
    '--sepet-heading-size': '1em',
  },
  airy: {
    '--sepet-accent': 'light-dark(#a3245c, #ff9ec4)',
    '--sepet-accent-text': 'light-dark(#ffffff, #3a0a1f)',
    '--sepet-line': 'transparent',
    '--sepet-surface': 'light-dark(#fbf3f6, #2a1d23)',
    '--sepet-radius': '18px',
    '--sepet-card-width': '13em',
    '--sepet-image-ratio': '4 / 3',
  },
} as const satisfies Record<string, Readonly<Record<string, string>>>;

export type Look = keyof typeof looks;

export const lookNames = Object.keys(looks) as Look[];

export const lookOf = (name: string | null): Look => lookNames.find((look) => look === name) ?? 'shop';

const variables = [...new Set(lookNames.flatMap((name) => Object.keys(looks[name])))];

/** Gives the element the look, for every widget in it. */
export function wear(element: HTMLElement, look: Look): void {
  const wanted: Readonly<Record<string, string>> = looks[look];
  for (const name of variables) {
    if (wanted[name] === undefined) element.style.removeProperty(name);
    else element.style.setProperty(name, wanted[name]);
  }
}

/** As it stands in a style sheet. */
export function sheetOf(look: Look): string {
  const lines = Object.entries(looks[look]).map(([name, value]) => `  ${name}: ${value};`);
  return lines.length === 0
    ? '/* nothing: it looks like the page */'
    : `bought-together {\n${lines.join('\n')}\n}`;
}
