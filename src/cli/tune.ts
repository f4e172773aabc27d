// `sepet tune`: finds what suits a data folder, on baskets that are neither trained on nor tested with.

import type { Command } from 'commander';
import { register as registerBlend } from './tune-blend.ts';
import { register as registerModel } from './tune-model.ts';

export function register(program: Command): void {
  const tune = program
    .command('tune')
    .enablePositionalOptions()
    .description('Find the parameters of the model, or of the blend of sources, that suit a data folder');
  registerModel(tune);
  registerBlend(tune);
}
