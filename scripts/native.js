// The package's install script: builds the addon for whoever installs Sepet as a dependency.
import { buildAddon, runScript } from './setup.js';

runScript(buildAddon);
