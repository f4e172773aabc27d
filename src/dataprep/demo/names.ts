// Model names and titles: "Mechanical keyboard, Nordik K2, black".

import type { Random } from '../../base/random.ts';
import type { Gender, Leaf } from './parse.ts';

const words =
  'Alder Aria Asya Aura Basil Bella Birch Breeze Calla Cedar Cielo Clove Cora Dalia Dawn Delta Dune Echo Eda Ela ' +
  'Ember Fern Fjord Flora Gaia Grove Hazel Heron Ida Iris Isla Ivy Juno Kara Lale Lark Leya Lima Linden Lotus Lumen ' +
  'Luna Maple Mira Mist Moss Nara Nehir Neva Nil Nova Oak Olea Onyx Opal Pera Petra Pine Poppy Rana Reed Rhea Rosa ' +
  'Rowan Ruya Sade Sage Sera Sierra Sol Stella Terra Thyme Tuna Vela Vera Vida Willow Yaz Zara Zest';
const modelWords = words.split(' ');
const suffixes = ['Pro', 'Mini', 'Air', 'Max', 'Lite', 'Plus', 'S', 'XT'];
const codedDepartments = new Set(['Electronics', 'Garden & DIY']);
const possessive: Partial<Record<Gender, string>> = { female: "Women's", male: "Men's", kids: "Kids'" };

/** A model name in the manner of its department: a code for machines, a word for the rest. */
export function modelName(random: Random, leaf: Leaf, kind: string): string {
  if (!codedDepartments.has(leaf.department)) {
    const word = random.pick(modelWords);
    return random.chance(0.25) ? `${word} ${2 + random.below(8)}` : word;
  }
  const initial = (kind.split(/[ -]/).at(-1) ?? kind).charAt(0).toUpperCase();
  const number = random.chance(0.6) ? 1 + random.below(9) : 10 * (1 + random.below(59));
  return random.chance(0.3) ? `${initial}${number} ${random.pick(suffixes)}` : `${initial}${number}`;
}

export interface TitleParts {
  readonly kind: string;
  readonly brand: string;
  readonly model: string;
  /** Named only where the leaf category sells to several genders. */
  readonly gender: Gender | undefined;
  readonly size: string | undefined;
  readonly colour: string | undefined;
}

export function titleOf({ kind, brand, model, gender, size, colour }: TitleParts): string {
  const owner = gender === undefined ? undefined : possessive[gender];
  const said = owner === undefined ? kind : `${owner} ${kind.charAt(0).toLowerCase()}${kind.slice(1)}`;
  return [said, `${brand} ${model}`, size, colour].filter((part) => part !== undefined).join(', ');
}
