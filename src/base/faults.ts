// Points at which a test kills the process, to see that nothing half done counts. Outside of such a test they do nothing.

/** Every fault point, in the order in which a release meets them. */
export const faultPoints = [
  'publish:before-upload',
  'publish:during-upload',
  'publish:after-upload',
  'publish:after-record',
  'label:after-history',
  'label:after-write',
  'download:during',
  'download:before-rename',
  'download:after-rename',
  'swap:before-prepare',
  'swap:after-prepare',
  'swap:after-switch',
  'swap:after-last-good',
  'delta:after-upload',
  'delta:after-head',
  'delta:after-download',
] as const;

export type FaultPoint = (typeof faultPoints)[number];

const chosen = process.env.SEPET_FAULT;

/** Ends the process as a power cut would, where `SEPET_FAULT` names this point. */
export function faultPoint(point: FaultPoint): void {
  if (chosen === point) process.kill(process.pid, 'SIGKILL');
}
