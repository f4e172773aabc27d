// The pages at /ui/, the widget, and the pictures of products: files for browsers, which are no part of the API.

import { SepetError } from '../../base/errors.ts';
import { limits } from '../../base/limits.ts';
import { suggestion } from '../../base/nearest.ts';
import type { Exchange } from '../exchange.ts';
import type { Image } from '../image-files.ts';
import { prefersPage } from '../negotiate.ts';
import { formFor, type StaticFiles } from '../static-files.ts';
import { forShops, type Headers, type Ui } from '../ui.ts';
import { decodeSegment } from '../url.ts';
import { isMatch } from '../validator.ts';
import { type Handler, queryOf, type Route } from './route.ts';

/** Addresses of the pages, which are one file, and of the example shop. */
const pages: ReadonlyMap<string, string> = new Map([
  ...['', 'try', 'compare', 'policies', 'overview'].map((page) => [page, 'index.html'] as const),
  ['shop/', 'shop/index.html'],
]);
const shown = [...pages.keys(), 'shop', 'widget.js', 'config.json'].map((page) => `/ui/${page}`);

/** Sends to another path of this server, the query kept. */
const redirect =
  (to: string, status: number, headers: Headers = {}): Handler =>
  (exchange, request) => {
    const query = queryOf(request);
    const Location = query === '' ? to : `${to}?${query}`;
    exchange.reply({ status, contentType: 'text/plain', body: '', headers: { ...headers, Location } });
  };

const toPages = redirect('/ui/', 302, { Vary: 'Accept', 'Cache-Control': 'no-cache' });

/** People who open the server in a browser want the pages; programs are told what they were always told. */
const root: Handler = (exchange, request, context) => {
  if (prefersPage(request.getHeader('accept'))) {
    toPages(exchange, request, context);
    return;
  }
  const message = 'There is no /. The pages are at /ui/, the API is described in /openapi.json.';
  exchange.problem('route_unknown', message, { Vary: 'Accept' });
};

/** What of a request an answer needs that may come after it. */
interface Asked {
  readonly path: string;
  readonly encodings: string;
  readonly tags: string;
}

interface Sent {
  readonly contentType: string;
  readonly body: Uint8Array;
  readonly tag: string;
  readonly coding?: string;
  readonly headers: Headers;
}

/** The file, unless the client has it. */
function send(exchange: Exchange, { contentType, body, tag, coding, headers }: Sent, tags: string): void {
  const tagged = { ...headers, ETag: tag };
  if (tags !== '' && isMatch(tags, tag)) exchange.notModified(tagged);
  else {
    const coded = coding === undefined ? tagged : { ...tagged, 'Content-Encoding': coding };
    exchange.reply({ contentType, body, headers: coded });
  }
}

function sendFile(exchange: Exchange, ui: Ui, files: StaticFiles, { path, encodings, tags }: Asked): void {
  const name = pages.get(path) ?? path;
  const file = files.get(name);
  if (file === undefined) {
    const url = `/ui/${path}`;
    exchange.problem('route_unknown', `There is no ${url}.${suggestion(url, shown)}`);
    return;
  }
  const { contentType } = file;
  send(exchange, { ...formFor(file, encodings), contentType, headers: ui.headersOf(name, file) }, tags);
}

const files: Handler = (exchange, request, { ui }) => {
  const asked = {
    path: request.getUrl().slice('/ui/'.length),
    encodings: request.getHeader('accept-encoding'),
    tags: request.getHeader('if-none-match'),
  };
  if (ui.files !== undefined) sendFile(exchange, ui, ui.files, asked);
  else
    ui.read().then(
      (read) => sendFile(exchange, ui, read, asked),
      (error: unknown) => exchange.fail(error),
    );
};

const mediaPrefix = '/ui/media/';
const mediaHeaders: Headers = {
  ...forShops,
  'Cache-Control': `public, max-age=${limits.imageSeconds.default}`,
};
/** An SVG is a document: opened by itself it may neither load nor run anything. */
const drawingHeaders: Headers = {
  ...mediaHeaders,
  'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; sandbox",
};

function sendImage(exchange: Exchange, image: Image, tags: string): void {
  const headers = image.contentType === 'image/svg+xml' ? drawingHeaders : mediaHeaders;
  send(exchange, { ...image, headers }, tags);
}

const media: Handler = (exchange, request, { ui: { images } }) => {
  const tags = request.getHeader('if-none-match');
  const path = decodeSegment(request.getUrl().slice(mediaPrefix.length));
  if (images === undefined)
    throw new SepetError('file_not_found', 'This server has no images; start it with --images FOLDER.');
  const kept = images.kept(path);
  if (kept !== undefined) sendImage(exchange, kept, tags);
  else
    images.image(path).then(
      (image) => sendImage(exchange, image, tags),
      (error: unknown) => exchange.fail(error),
    );
};

/** What the pages must know before they ask for anything else. */
const config: Handler = (exchange, request, context) => {
  const { ui, cors, events, verdicts, releases } = context;
  exchange.also = cors?.headersFor(request.getHeader('origin'));
  const body = JSON.stringify({
    images: ui.imageBase,
    version: ui.version,
    events: events !== undefined,
    verdicts: verdicts !== undefined,
    releases: releases !== undefined,
  });
  const headers = { 'Cache-Control': 'no-cache', 'X-Content-Type-Options': 'nosniff' };
  exchange.reply({ contentType: 'application/json', body, headers });
};

export const uiRoutes: readonly Route[] = [
  { path: '/', isFile: true, methods: { GET: root } },
  { path: '/ui', isFile: true, methods: { GET: redirect('/ui/', 308) } },
  { path: '/ui/shop', isFile: true, methods: { GET: redirect('/ui/shop/', 308) } },
  { path: '/ui/config.json', isFile: true, methods: { GET: config } },
  { path: '/ui/media/*', isFile: true, methods: { GET: media } },
  { path: '/ui/*', isFile: true, methods: { GET: files } },
];
