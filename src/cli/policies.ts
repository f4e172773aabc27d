// The policies that `serve` and `query` are given as files.

import { SepetError } from '../base/errors.ts';
import { limits } from '../base/limits.ts';
import { defaultPolicy } from '../policy/defaults.ts';
import type { PolicyDocument } from '../policy/document.ts';
import { readPolicy } from '../policy/parse.ts';

/** Reads them; the built-in policy where there are none. Throws `option_invalid` and what reading one throws. */
export function readPolicies(files: readonly string[] = []): PolicyDocument[] {
  const { max } = limits.policies;
  if (files.length > max)
    throw new SepetError(
      'option_invalid',
      `--policy is given ${files.length} times; at most ${max} are possible.`,
    );
  return files.length === 0 ? [defaultPolicy] : files.map(readPolicy);
}
