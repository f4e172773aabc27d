// The pages, the widget and the pictures: where their files lie, and the headers that they go out with. Pages may load nothing but
// what this server and, where one is named, the host of the pictures give them.

import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { SepetError } from '../base/errors.ts';
import { ImageFiles } from './image-files.ts';
import { readStaticFiles, type StaticFile, type StaticFiles } from './static-files.ts';

export type Headers = Readonly<Record<string, string>>;

export interface UiOptions {
  /** A folder, or the address that paths of images are relative to. */
  readonly images?: string | undefined;
  /** The built pages; `dist/ui` where absent. */
  readonly folder?: string | undefined;
}

/** Beside the compiled server. */
const builtFolder = fileURLToPath(new URL('../../ui', import.meta.url));

const isAddress = (images: string): boolean => /^[a-z][a-z0-9+.-]+:\/\//i.test(images);

/** The address with a slash at its end. Throws `option_invalid`. */
function addressOf(images: string): URL {
  const url = URL.canParse(images) ? new URL(images) : undefined;
  if (url?.protocol !== 'https:' || url.username + url.password + url.search + url.hash !== '')
    throw new SepetError(
      'option_invalid',
      `--images ${images}: write the address as https://images.example/ (https, without query), or name a folder.`,
    );
  if (!url.pathname.endsWith('/')) url.pathname += '/';
  return url;
}

const permissions = ['camera', 'geolocation', 'microphone', 'payment', 'usb'];

/** Of every file: it is what it is called, and no page of another origin embeds it. */
const everywhere: Headers = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Of what pages of other origins may load. */
export const forShops: Headers = {
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Resource-Policy': 'cross-origin',
  'Access-Control-Allow-Origin': '*',
};

function pageHeaders(imageOrigin: string | undefined): Headers {
  const policy = [
    "default-src 'none'",
    ...["script-src 'self'", "style-src 'self'", "connect-src 'self'", "font-src 'self'"],
    ["img-src 'self' data:", imageOrigin].filter(Boolean).join(' '),
    ...["base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'"],
  ];
  return {
    ...everywhere,
    'Content-Security-Policy': policy.join('; '),
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Permissions-Policy': permissions.map((name) => `${name}=()`).join(', '),
  };
}

/** How long a file may be kept: for ever where its name holds its hash; the widget has the one name that shops know. */
function cacheControl(path: string): string {
  if (path.startsWith('assets/')) return 'public, max-age=31536000, immutable';
  if (path === 'widget.js') return 'public, max-age=300, stale-while-revalidate=86400';
  return 'no-cache';
}

export class Ui {
  readonly #folder: string;
  readonly #page: Headers;
  #files: StaticFiles | undefined;
  #reading: Promise<StaticFiles | undefined> | undefined;
  /** Absent where pictures lie elsewhere, or nowhere. */
  readonly images: ImageFiles | undefined;
  /** What paths of images are relative to; null where there are none. */
  readonly imageBase: string | null;
  readonly version: string;

  /** Throws `option_invalid` and `input_missing` for images that cannot be had. */
  constructor({ images, folder = builtFolder }: UiOptions) {
    this.#folder = folder;
    const address = images !== undefined && isAddress(images) ? addressOf(images) : undefined;
    this.images = images === undefined || address ? undefined : new ImageFiles(images);
    this.imageBase = address?.href ?? (this.images ? '/ui/media/' : null);
    this.#page = pageHeaders(address?.origin);
    this.version = (createRequire(import.meta.url)('sepet/package.json') as { version: string }).version;
  }

  /** The files, where they were read already. */
  get files(): StaticFiles | undefined {
    return this.#files;
  }

  /** Reads the files once. Where they were not built, whoever asks later looks again. Throws `ui_missing`. */
  async read(): Promise<StaticFiles> {
    this.#reading ??= readStaticFiles(this.#folder);
    try {
      this.#files = await this.#reading;
    } finally {
      this.#reading = undefined;
    }
    if (this.#files?.has('index.html')) return this.#files;
    this.#files = undefined;
    throw new SepetError('ui_missing', 'The pages are not built: run `npm run build`, then ask again.');
  }

  headersOf(path: string, { contentType }: StaticFile): Headers {
    const isPage = contentType.startsWith('text/html');
    const own = path === 'widget.js' ? forShops : isPage ? this.#page : everywhere;
    return { ...own, Vary: 'Accept-Encoding', 'Cache-Control': cacheControl(path) };
  }
}
