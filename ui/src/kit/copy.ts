// Copying to the clipboard, said aloud.

import { announce } from './announce.ts';

/** Copies a text and says so; resolves to whether the browser allowed it. Pages that came over plain HTTP from another host may not. */
export async function copyText(text: string, what: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    announce(`${what} copied`);
    return true;
  } catch {
    announce('The browser does not allow copying here');
    return false;
  }
}
