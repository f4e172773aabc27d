// The few strokes that every drawing of the demo shop is made of, on a canvas of 200 by 200.

/** The colours of one picture: the product's own, its shade and light, and a neutral dark and pale. */
export interface Ink {
  readonly main: string;
  readonly shade: string;
  readonly light: string;
  readonly dark: string;
  readonly pale: string;
}

export type Drawing = (ink: Ink) => string;

export const rect = (x: number, y: number, w: number, h: number, radius: number, fill: string): string =>
  `<rect x="${x}" y="${y}" width="${w}" height="${h}" rx="${radius}" fill="${fill}"/>`;

export const disc = (x: number, y: number, r: number, fill: string): string =>
  `<circle cx="${x}" cy="${y}" r="${r}" fill="${fill}"/>`;

export const oval = (x: number, y: number, rx: number, ry: number, fill: string): string =>
  `<ellipse cx="${x}" cy="${y}" rx="${rx}" ry="${ry}" fill="${fill}"/>`;

export const area = (d: string, fill: string): string => `<path d="${d}" fill="${fill}"/>`;

export const line = (d: string, stroke: string, width: number): string =>
  `<path d="${d}" fill="none" stroke="${stroke}" stroke-width="${width}" stroke-linecap="round" stroke-linejoin="round"/>`;

export const turned = (degrees: number, inner: string): string =>
  `<g transform="rotate(${degrees} 100 100)">${inner}</g>`;

/** The drawing and its mirror image on the vertical middle line. */
export const mirrored = (inner: string): string =>
  `${inner}<g transform="translate(200 0) scale(-1 1)">${inner}</g>`;

export const repeat = (count: number, draw: (i: number) => string): string =>
  Array.from({ length: count }, (_, i) => draw(i)).join('');

const channel = (hex: string, i: number): number => Number.parseInt(hex.slice(1 + 2 * i, 3 + 2 * i), 16);

/** Mixes two `#rrggbb` colours: 0 is all `a`, 1 all `b`. */
export function mix(a: string, b: string, share: number): string {
  const parts = [0, 1, 2].map((i) => Math.round(channel(a, i) * (1 - share) + channel(b, i) * share));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/** From 0 for black to 1 for white (Rec. 709 weights). */
export function brightness(hex: string): number {
  return (0.2126 * channel(hex, 0) + 0.7152 * channel(hex, 1) + 0.0722 * channel(hex, 2)) / 255;
}
