// The answers to the examples, by operation and example.

import { otherAnswers } from './examples-other.ts';
import { recommendAnswers } from './examples-recommend.ts';

export const exampleAnswers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...recommendAnswers,
  ...otherAnswers,
};
