// What the page calls things, so that buttons, tables and announcements say the same.

import type { Placed } from './moves.ts';
import type { Column } from './sides.ts';

export const columnNames: Readonly<Record<Column, string>> = { a: 'Now', b: 'Proposed' };

export interface MarkWords {
  readonly icon: string;
  readonly text: string;
  /** In full, for screen readers and on hover. */
  readonly full: string;
}

const places = (count: number): string => (count === 1 ? '1 place' : `${count} places`);

/** A mark as the named columns have it: how far it moved stands in the proposed list, whereto in the present one. */
export function markWords({ place, other, mark }: Placed, column: Column): MarkWords {
  const far = Math.abs(place - (other ?? place));
  switch (mark) {
    case 'new':
      return { icon: '+', text: 'New', full: 'New: not in the list as it is now' };
    case 'gone':
      return { icon: '✕', text: 'Gone', full: 'Gone: not in the proposed list' };
    case 'kept':
      return { icon: '=', text: '', full: 'In the same place in both lists' };
    case 'up':
    case 'down': {
      const icon = mark === 'up' ? '▲' : '▼';
      const way = `${mark === 'up' ? 'Up' : 'Down'} ${places(far)}`;
      return column === 'b'
        ? { icon, text: `${far} from ${other}`, full: `${way}, from ${other}` }
        : { icon, text: `to ${other}`, full: `${way}, to ${other}` };
    }
  }
}

/** The same without saying which list is which. */
export function blindMarkWords({ place, other }: Placed): MarkWords {
  if (other === undefined) return { icon: '•', text: 'Only here', full: 'Not in the other list' };
  if (other === place) return { icon: '=', text: '', full: 'In the same place in both lists' };
  return { icon: '↔', text: `at ${other} there`, full: `In place ${other} of the other list` };
}
