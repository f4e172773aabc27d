// docs/releasing.md, typed in from beginning to end.

import { describe } from 'vitest';
import { typedIn } from './page.ts';

describe('docs/releasing.md', () => {
  typedIn('docs/releasing.md', { port: 7711, foretold: 15 });
});
