// Where the checkout is: these files run from dist/ and, in tests, from where they are written.

import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const root = dirname(createRequire(import.meta.url).resolve('sepet/package.json'));

/** A path from the root of the checkout. */
export const fromRoot = (...parts: string[]): string => join(root, ...parts);
