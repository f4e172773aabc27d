// The answers to the examples, by operation and example.

import { experimentAnswers } from './examples-experiments.ts';
import { facetAnswers } from './examples-facets.ts';
import { labelAnswers } from './examples-labels.ts';
import { otherAnswers } from './examples-other.ts';
import { recommendAnswers } from './examples-recommend.ts';
import { releaseAnswers } from './examples-releases.ts';

export const exampleAnswers: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  ...recommendAnswers,
  ...otherAnswers,
  ...labelAnswers,
  ...facetAnswers,
  ...experimentAnswers,
  ...releaseAnswers,
};
