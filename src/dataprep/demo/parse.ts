// Reads the two tables of leaf categories into objects, and plants the complement relations: those of the
// tables, a weak one between what goes with the same thing, and every way back at a part of its strength.

import { SepetError } from '../../base/errors.ts';
import { homeLeaves } from './leaves-home.ts';
import { lifeLeaves } from './leaves-life.ts';
import { type Colour, paletteColours } from './palettes.ts';

export type Gender = 'female' | 'male' | 'unisex' | 'kids';
export type Season = 'spring' | 'summer' | 'winter' | 'school' | 'december';

export interface Leaf {
  readonly id: string;
  readonly department: string;
  /** `Department/Group/Leaf`. */
  readonly category: string;
  readonly drawing: string;
  readonly price: number;
  readonly colours: readonly Colour[];
  readonly kinds: readonly string[];
  /** Sizes that raise the price step by step, smallest first; empty where size plays no part. */
  readonly sizes: readonly string[];
  /** Titles say no colour. */
  readonly plain: boolean;
  /** Bought again and again. */
  readonly habit: boolean;
  /** Products differ by gender. */
  readonly gendered: boolean;
  readonly gender: Gender | undefined;
  readonly season: Season | undefined;
  /** Leaf numbers and strengths, strongest first. */
  readonly complements: readonly { leaf: number; strength: number }[];
}

const strengthBack = 0.3;
const strongFrom = 2;
const strengthOfTriangles = 1;
const genders = new Set(['female', 'male', 'unisex', 'kids']);

const list = (text: string | undefined, separator = ', '): string[] =>
  (text ?? '')
    .split(separator)
    .map((part) => part.trim())
    .filter(Boolean);

function broken(what: string): SepetError {
  return new SepetError('internal', `The demo shop's table of categories is wrong: ${what}.`);
}

type Draft = Omit<Leaf, 'complements'> & { goesWith: string[] };

function draftOf(line: string, department: string, group: string, groupGender: string | undefined): Draft {
  const [id = '', name = '', drawing = '', price, palette = '', kinds, goesWith, tagText] = line
    .split('|')
    .map((cell) => cell.trim());
  const tags = list(tagText);
  const value = (key: string): string | undefined =>
    tags.find((tag) => tag.startsWith(`${key}=`))?.slice(key.length + 1);
  const gender = tags.find((tag) => genders.has(tag)) ?? groupGender;
  const colours = paletteColours(palette);
  if (colours === undefined) throw broken(`${id} names the palette "${palette}"`);
  return {
    id,
    department,
    category: `${department}/${group}/${name}`,
    drawing,
    price: Number(price),
    colours,
    kinds: list(kinds),
    sizes: list(value('sizes'), '/'),
    plain: tags.includes('plain'),
    habit: tags.includes('habit'),
    gendered: tags.includes('gendered'),
    gender: gender as Gender | undefined,
    season: value('season') as Season | undefined,
    goesWith: list(goesWith),
  };
}

function drafts(): Draft[] {
  const found: Draft[] = [];
  let department = '';
  let group = '';
  let gender: string | undefined;
  for (const line of `${homeLeaves}\n${lifeLeaves}`.split('\n')) {
    if (line.startsWith('## ')) department = line.slice(3).trim();
    else if (line.startsWith('# ')) [group = '', gender] = list(line.slice(2), ':');
    else if (line.includes('|')) found.push(draftOf(line, department, group, gender));
  }
  return found;
}

/** What goes well with the same thing goes a little together: a mouse and a sleeve meet in the laptop's basket. */
function closeTriangles(strengths: readonly Map<number, number>[]): void {
  const sharing = strengths.map((complements) =>
    [...complements].filter(([, strength]) => strength >= strongFrom).map(([leaf]) => leaf),
  );
  for (const leaves of sharing) {
    for (const a of leaves) {
      for (const b of leaves) {
        if (a !== b && strengths[a]?.has(b) === false) strengths[a].set(b, strengthOfTriangles);
      }
    }
  }
}

/** Every leaf category, in the order of the tables. */
export function readLeaves(): Leaf[] {
  const found = drafts();
  const numberOf = new Map(found.map((draft, number) => [draft.id, number]));
  const strengths = found.map(() => new Map<number, number>());
  found.forEach((draft, from) => {
    for (const text of draft.goesWith) {
      const [id = '', strength = '1'] = text.split(':');
      const to = numberOf.get(id);
      if (to === undefined) throw broken(`${draft.id} goes with "${id}"`);
      strengths[from]?.set(to, Number(strength));
    }
  });
  closeTriangles(strengths);
  found.forEach((_, from) => {
    for (const [to, strength] of strengths[from] ?? []) {
      const back = strengths[to];
      if (back !== undefined && !back.has(from)) back.set(from, strength * strengthBack);
    }
  });
  return found.map(({ goesWith: _, ...leaf }, number) => ({
    ...leaf,
    complements: [...(strengths[number] ?? [])]
      .map(([to, strength]) => ({ leaf: to, strength }))
      .sort((a, b) => b.strength - a.strength || a.leaf - b.leaf),
  }));
}
