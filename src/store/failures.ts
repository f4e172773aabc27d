// What a store's failures are called, in one place: the folder and object storage say the same in the same words.

import { SepetError } from '../base/errors.ts';

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** The system's code, such as ENOENT, of a failed call. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

export const isMissing = (error: unknown): boolean => systemCode(error) === 'ENOENT';

export const conflict = (key: string): SepetError =>
  new SepetError(
    'store_conflict',
    `${key} was written by somebody else meanwhile; read it again and decide anew.`,
  );

export const objectMissing = (url: string, key: string): SepetError =>
  new SepetError('object_missing', `${url} holds no ${key}.`);

export const tooLong = (key: string, bytes: number): SepetError =>
  new SepetError('file_damaged', `${key} has ${bytes} bytes: too long for a document of Sepet.`);

/** Throws `cancelled` once the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new SepetError('cancelled', 'Stopped on request; start again to go on from there.');
}

export const changed = (path: string): SepetError =>
  new SepetError('file_io', `${path} changed while it was read; try again when it is finished.`);

/** A local file's failed call as `file_not_found` or `file_io`; errors of Sepet pass. */
export function localFailure(path: string, error: unknown): SepetError {
  if (error instanceof SepetError) return error;
  if (isMissing(error))
    return new SepetError('file_not_found', `There is no file ${path}.`, { cause: error });
  return new SepetError('file_io', `${path}: ${messageOf(error)}`, { cause: error });
}
