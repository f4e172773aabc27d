// The part of a URL that names an image, as names of folders and a file. Whatever could leave the folder is no name.

/** Types of images by extension; no other file is ever read. */
export const imageTypes: Readonly<Record<string, string>> = {
  svg: 'image/svg+xml',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  avif: 'image/avif',
  gif: 'image/gif',
};

/** Neither hidden files and the two that point elsewhere, nor what some system takes for a separator, a drive or an end. */
const isName = (name: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must not be there.
  name !== '' && !name.startsWith('.') && !/[\\/:\u0000-\u001f\u007f]/.test(name) && !/[. ]$/.test(name);

/** The names along the path, decoded already; undefined where one of them is none. */
export function imageNames(path: string): string[] | undefined {
  const names = path.split('/');
  return names.every(isName) ? names : undefined;
}

/** The media type that a file's name promises; undefined where that is no image. */
export function imageTypeOf(name: string): string | undefined {
  const extension = name.slice(name.lastIndexOf('.') + 1).toLowerCase();
  return Object.hasOwn(imageTypes, extension) ? imageTypes[extension] : undefined;
}
