// Keys of the page, as long as nothing else wants them.

/** Whether a key belongs to what has the focus: a field, or a dialog that is open. */
export function isTyping(event: KeyboardEvent): boolean {
  return event.composedPath().some((part) => {
    if (!(part instanceof HTMLElement)) return false;
    if (part instanceof HTMLInputElement) return part.type !== 'checkbox';
    return ['TEXTAREA', 'SELECT', 'DIALOG'].includes(part.tagName) || part.isContentEditable;
  });
}
