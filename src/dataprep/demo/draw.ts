// One product picture: a soft ground in the product's hue, a shadow, and the drawing of its kind.

import { homeDrawings } from './draw-home.ts';
import { lifeDrawings } from './draw-life.ts';
import { wearDrawings } from './draw-wear.ts';
import { brightness, type Drawing, type Ink, mix } from './ink.ts';

const drawings = new Map<string, Drawing>([
  ...Object.entries(homeDrawings),
  ...Object.entries(wearDrawings),
  ...Object.entries(lifeDrawings),
]);

/** Names of the drawings there are. */
export function drawingNames(): string[] {
  return [...drawings.keys()];
}

/** An SVG document, or undefined where there is no such drawing. `hex` is the product's colour. */
export function drawProduct(drawing: string, hex: string): string | undefined {
  const draw = drawings.get(drawing);
  if (draw === undefined) return undefined;
  const ink: Ink = {
    main: hex,
    shade: mix(hex, '#2a2f45', 0.22),
    light: mix(hex, '#ffffff', 0.45),
    dark: mix('#333b4a', hex, 0.12),
    pale: mix('#fbf8f2', hex, 0.06),
  };
  const ground =
    brightness(hex) > 0.82 ? { high: '#d3dae4', low: '#b4becc' } : { high: '#eef0f4', low: '#d5d9e2' };
  const high = mix(ground.high, hex, 0.16);
  const low = mix(ground.low, hex, 0.26);
  return [
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 200">',
    `<defs><radialGradient id="g" cx=".5" cy=".4" r=".8"><stop offset="0" stop-color="${high}"/>`,
    `<stop offset="1" stop-color="${low}"/></radialGradient></defs>`,
    '<rect width="200" height="200" fill="url(#g)"/>',
    '<ellipse cx="100" cy="167" rx="58" ry="7" fill="#20263a" opacity=".1"/>',
    draw(ink),
    '</svg>\n',
  ].join('');
}
