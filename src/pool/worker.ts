// The threads' file: Piscina imports it in each of them and calls what it exports.

import { artifactOpener } from './versions.ts';
import { workerSide } from './worker-side.ts';

export const { answer, prepare, keepOnly } = workerSide(artifactOpener());
