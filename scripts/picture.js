// Draws the README's picture from what the demo artifact really answers: `node scripts/picture.js [products…]`.
// Needs data/demo (npm start makes it). Writes docs/images/bought-together.svg.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run, runScript } from './setup.js';

const shop = join(root, 'data', 'demo');
const companions = 4;
const card = { width: 172, height: 214, gap: 14, picture: 120 };
const escaped = (text) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;');
const number = new Intl.NumberFormat('en', {
  style: 'currency',
  currency: 'TRY',
  currencyDisplay: 'narrowSymbol',
});

function query(args) {
  return JSON.parse(
    run(process.execPath, [join('bin', 'sepet.js'), 'query', join(shop, 'artifact.sepet'), ...args]),
  );
}

/** A product as the HTTP API would give it, found as a line of the demo's own product file. */
function productOf(id) {
  const line = readFileSync(join(shop, 'products.csv'), 'utf8')
    .split('\n')
    .find((row) => row.startsWith(`${id},`));
  if (line === undefined) throw new Error(`The demo shop has no product ${id}`);
  const [, title, , , , price, , , , image] = line
    .match(/("[^"]*"|[^,]*)(,|$)/g)
    .map((f) => f.replace(/,$|"/g, ''));
  return { title, price: Math.round(Number(price) * 100), image };
}

/** A title on up to three lines of at most `width` characters. */
function wrapped(title, width = 23) {
  const lines = [''];
  for (const word of title.split(' ')) {
    if (lines.at(-1).length + word.length >= width) lines.push('');
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines.slice(0, 3);
}

function drawing(image, x, y, size) {
  const svg = readFileSync(join(shop, image), 'utf8');
  // Each drawing has ids of its own for gradients: keep them apart by prefixing the place.
  const own = svg.replace(/id="/g, `id="p${x}-${y}-`).replace(/url\(#/g, `url(#p${x}-${y}-`);
  return own.replace(
    /<svg\b[^>]*?(viewBox="[^"]*")[^>]*>/,
    `<svg $1 x="${x}" y="${y}" width="${size}" height="${size}">`,
  );
}

function drawCard({ title, price, image }, x, y, asked) {
  const { width, height, picture } = card;
  const texts = wrapped(title).map(
    (line, i) => `<text x="${x + 12}" y="${y + picture + 36 + i * 15}" class="title">${escaped(line)}</text>`,
  );
  return [
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="12" class="${asked ? 'card asked' : 'card'}"/>`,
    drawing(image, x + (width - picture) / 2, y + 12, picture),
    ...texts,
    `<text x="${x + 12}" y="${y + height - 14}" class="price">${number.format(price / 100)}</text>`,
  ].join('\n');
}

function drawRow(id, row) {
  const { items } = query([id, '--limit', String(companions), '--fields', 'all', '--json']);
  const y = 16 + row * (card.height + card.gap);
  const at = (i) => 16 + i * (card.width + card.gap) + (i > 0 ? 40 : 0);
  const cards = [productOf(id), ...items].map((item, i) => drawCard(item, at(i), y, i === 0));
  return [
    ...cards,
    `<text x="${at(1) - 27}" y="${y + card.height / 2}" class="sign" text-anchor="middle">+</text>`,
  ].join('\n');
}

runScript(() => {
  const asked = process.argv.slice(2);
  const products = asked.length > 0 ? asked : ['P106885', 'P103767', 'P113666'];
  const width = 32 + (companions + 1) * (card.width + card.gap) - card.gap + 40;
  const height = 32 + products.length * (card.height + card.gap) - card.gap;
  const style =
    '.card{fill:#fff;stroke:#d9d6cf}.asked{stroke:#c2571a;stroke-width:2.5}' +
    '.title{font:12px system-ui,sans-serif;fill:#2b2a27}.price{font:600 13px system-ui,sans-serif;fill:#2b2a27}' +
    '.sign{font:600 30px system-ui,sans-serif;fill:#c2571a}';
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<style>${style}</style><rect width="100%" height="100%" rx="16" fill="#f6f4ef"/>
${products.map(drawRow).join('\n')}
</svg>
`;
  mkdirSync(join(root, 'docs', 'images'), { recursive: true });
  writeFileSync(join(root, 'docs', 'images', 'bought-together.svg'), svg);
  process.stderr.write('sepet: drew docs/images/bought-together.svg\n');
});
