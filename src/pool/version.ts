// What is served at one time: an artifact, the policies it is served by, the changes since it was built. Plain data,
// so that every thread can open it for itself.

import { isDeepStrictEqual } from 'node:util';
import type { Overlay } from '../catalog/overlay.ts';
import type { Pages } from '../native/index.ts';
import type { PolicyDocument } from '../policy/document.ts';
import type { TowerOptions } from './tower.ts';

export interface Version {
  /** What batches carry. Whoever makes versions counts them up; none is used twice. */
  readonly number: number;
  readonly file: string;
  /** The id that the file must have: a thread that opens it late must not serve another artifact. */
  readonly artifact: string;
  /** The default first; none stands for the built-in one. */
  readonly policies: readonly PolicyDocument[];
  /** What deltas changed since the artifact was built; its arrays are shared by all threads. */
  readonly overlay?: Overlay;
  /** As the process has the file open, so that the threads share it. */
  readonly pages: Pages;
  readonly rerank?: number;
  /** What lifts requests before they are answered. */
  readonly tower?: TowerOptions;
}

let lastNumber = 0;

/** A number that no other version of this process has. */
export const nextNumber = (): number => ++lastNumber;

/** Whether both answer alike, whatever their numbers. */
export function isSameVersion(a: Version, b: Version): boolean {
  // Of one artifact an overlay's revision says all, and its arrays are long.
  const plain = ({ number: _, overlay, ...version }: Version) => ({ ...version, deltas: overlay?.revision });
  return isDeepStrictEqual(plain(a), plain(b));
}
