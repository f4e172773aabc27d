// Texts as words to search by: without case and accents, and with the four i's of Turkish as one, so that "isik" finds
// "IŞIK" and "Işık".

const separator = 0;
const nothing = 0xffff;
const notMade = 0xfffe;

/** What each UTF-16 unit becomes: another unit, the end of a word, or nothing at all (an accent). Made as they are met. */
const table = new Uint16Array(65_536).fill(notMade);

/** Letters that have no accent to take off, and yet are searched for without. */
const alike: Readonly<Record<string, string>> = { ı: 'i', ø: 'o', đ: 'd', ł: 'l', ß: 's' };

function make(unit: number): number {
  const text = String.fromCharCode(unit);
  const bare = text.normalize('NFD').toLowerCase().replace(/\p{M}/gu, '');
  let folded = bare === '' ? nothing : separator;
  // Halves of the characters beyond 65,535 are taken as they are.
  if (/[\p{L}\p{N}\p{Cs}]/u.test(bare)) folded = (alike[bare] ?? bare).charCodeAt(0);
  table[unit] = folded;
  return folded;
}

/** Words in one scratch array, each followed by 0; for texts that come by the million. */
export interface Words {
  units: Uint16Array;
  length: number;
}

export const noWords = (): Words => ({ units: new Uint16Array(512), length: 0 });

/** Writes the words of a text to `into`. */
export function foldInto(text: string, into: Words): void {
  if (into.units.length < text.length + 1) into.units = new Uint16Array(2 * text.length + 1);
  const { units } = into;
  let length = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    const known = table[unit] as number;
    const folded = known === notMade ? make(unit) : known;
    if (folded === nothing || (folded === separator && (length === 0 || units[length - 1] === separator)))
      continue;
    units[length++] = folded;
  }
  if (length > 0 && units[length - 1] !== separator) units[length++] = separator;
  into.length = length;
}

/** The words of a text, folded. */
export function wordsOf(text: string): string[] {
  const words = noWords();
  foldInto(text, words);
  return String.fromCharCode(...words.units.subarray(0, words.length))
    .split('\0')
    .slice(0, -1);
}

/** Whether a word begins with `prefix`. */
export function hasPrefix({ units, length }: Words, prefix: string): boolean {
  for (let start = 0; start < length; ) {
    let at = 0;
    while (at < prefix.length && units[start + at] === prefix.charCodeAt(at)) at++;
    if (at === prefix.length) return true;
    start += at;
    while (units[start] !== separator) start++;
    start++;
  }
  return false;
}
