// Keys that mean something on a page must not mean it in a field.

/** Whether a key is pressed in a field. */
export function isWriting(event: KeyboardEvent): boolean {
  const target = event.composedPath()[0];
  return [HTMLInputElement, HTMLTextAreaElement, HTMLSelectElement].some((field) => target instanceof field);
}
