// docs/deltas.md, typed in from beginning to end.

import { describe } from 'vitest';
import { typedIn } from './page.ts';

describe('docs/deltas.md', () => {
  typedIn('docs/deltas.md', { port: 7712, foretold: 6 });
});
