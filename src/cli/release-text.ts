// How releases look in the terminal: names of artifacts and policies, times, gates.

import { type GateOutcome, stops } from '../releases/gate.ts';
import type { LabelEntry, Release } from '../releases/label.ts';
import type { Told } from '../releases/overview.ts';

/** The digits of a hash that people compare: enough for every command to find it by. */
export const shortHash = (name: string | null | undefined): string => name?.slice(7, 19) ?? '';

/** `2026-11-22 13:04`, in UTC as everybody's. */
export const moment = (iso: string): string => iso.slice(0, 16).replace('T', ' ');

/** `pdp@3, cart@1`, else what is known of it. */
export function policyNames(release: Release, names: readonly string[] | undefined): string {
  if (release.policies === null) return 'built-in';
  return names?.join(', ') ?? shortHash(release.policies);
}

/** What an entry points at: `demo 3f2a91bc04de with pdp@3`. */
export function releaseWords({ entry, artifact, policies }: Told): string {
  const what =
    entry.artifact === null ? 'no artifact' : `${artifact?.name ?? 'artifact'} ${shortHash(entry.artifact)}`;
  return `${what} with ${entry.policies === null ? 'the built-in policy' : policyNames(entry, policies?.names)}`;
}

/** How the entry came about: `promote of test@4`. */
export function actionWords({ action, source, restores, forced }: LabelEntry): string {
  const of = source ? ` of ${source.label}@${source.revision}` : '';
  const to = restores === undefined ? '' : ` to ${restores}`;
  return `${action}${of}${to}${forced === undefined ? '' : ', forced'}`;
}

/** Why, and why gates were overruled. */
export const whyWords = ({ why, forced }: LabelEntry): string =>
  [why, ...(forced === undefined ? [] : [`forced: ${forced}`])].filter((part) => part !== '').join('; ');

function mark(gate: GateOutcome): string {
  if (gate.skipped) return '–';
  if (gate.forced) return '!';
  return stops(gate) ? '✗' : '✓';
}

/** A line a gate: whether it passed and what it found. */
export function gateLines(gates: readonly GateOutcome[]): string {
  const widest = Math.max(0, ...gates.map(({ gate }) => gate.length));
  return gates
    .map(
      (gate) => `  ${mark(gate)} ${gate.gate.padEnd(widest)}  ${gate.said}${gate.forced ? ' (forced)' : ''}`,
    )
    .join('\n');
}
