// What changes without a click where the eye is, said to screen readers when they have time.

let region: HTMLElement | undefined;

/** Says a text politely. The same text is said again. */
export function announce(text: string): void {
  if (region === undefined) {
    region = document.createElement('div');
    region.className = 'visually-hidden';
    region.setAttribute('role', 'status');
    region.setAttribute('aria-live', 'polite');
    document.body.append(region);
  }
  // A text that equals the former is no change and would not be said.
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
