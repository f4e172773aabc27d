// The file of the thread of trials: Piscina imports it and calls what it exports.

import { setPriority } from 'node:os';
import { trialSide } from './trials-side.ts';
import { artifactOpener } from './versions.ts';

// Behind whatever answers customers. Linux has a priority for each thread; elsewhere it would be the process's.
if (process.platform === 'linux') setPriority(10);

export const { answer, inspect } = trialSide(artifactOpener());
