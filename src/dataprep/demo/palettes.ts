// Colours a product can come in: the word for its title and the colour its picture is drawn in.

const colours: Record<string, string> = {
  black: '#3d434d',
  white: '#eef0f2',
  silver: '#b9c0c9',
  graphite: '#5d6672',
  grey: '#8f98a3',
  navy: '#34507c',
  blue: '#4f83c4',
  sky: '#8fbfe0',
  teal: '#3f9a95',
  mint: '#8fcdb4',
  green: '#5a9a63',
  olive: '#8a8f4d',
  forest: '#3f6b50',
  lime: '#a7c957',
  yellow: '#f2c94c',
  mustard: '#d9a441',
  orange: '#ee8a4a',
  terracotta: '#c9704d',
  coral: '#f07f6e',
  red: '#d5525a',
  burgundy: '#8c3b4a',
  pink: '#eba1b5',
  rose: '#d97b93',
  lilac: '#b7a2d8',
  purple: '#8566b0',
  beige: '#dcc7a5',
  sand: '#d3b98c',
  cream: '#f0e4cb',
  camel: '#c19a6b',
  brown: '#8c6547',
  chestnut: '#7a4a35',
  oak: '#c8a46f',
  walnut: '#7b5a42',
  bamboo: '#d8b878',
  gold: '#d8b24a',
  'rose gold': '#dba08f',
  copper: '#c47f55',
  nude: '#d9a892',
  porcelain: '#f1d9c5',
  honey: '#d99b3d',
  indigo: '#41548f',
  'light wash': '#9db6d3',
};

const names: Record<string, string> = {
  tech: 'black, white, graphite, blue, silver',
  metal: 'silver, graphite, black, copper, gold',
  primary: 'red, blue, yellow, green, purple',
  pastel: 'cream, mint, pink, sky, lilac, sand',
  fashion: 'black, navy, burgundy, beige, green, rose, white, mustard',
  dark: 'black, navy, grey, forest, brown',
  natural: 'beige, terracotta, olive, cream, grey, teal',
  nature: 'green, olive, forest, sand, orange',
  bright: 'coral, blue, lime, yellow, black, purple',
  leather: 'brown, black, camel, chestnut, burgundy',
  denim: 'indigo, light wash, black, white',
  wood: 'oak, walnut, bamboo, white, black',
  earth: 'brown, honey, terracotta, olive, burgundy',
  gold: 'gold, silver, rose gold',
  lips: 'rose, red, coral, nude, burgundy',
  skin: 'porcelain, nude, honey, camel',
  none: 'silver, sky, cream, mint',
};

export interface Colour {
  readonly name: string;
  readonly hex: string;
}

const byPalette = new Map(
  Object.entries(names).map(([palette, list]) => [
    palette,
    list.split(', ').map((name): Colour => ({ name, hex: colours[name] ?? '#999999' })),
  ]),
);

/** A palette's colours, the most usual first; undefined where there is no such palette. */
export function paletteColours(palette: string): readonly Colour[] | undefined {
  return byPalette.get(palette);
}
