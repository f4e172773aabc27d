// What a gate says of a release. The gates themselves are in gates.ts.

/** In the order in which they are asked and shown. */
export const gateNames = [
  'whole',
  'recall',
  'metrics',
  'baseline',
  'size',
  'products',
  'policies',
  'deltas',
] as const;
export type GateName = (typeof gateNames)[number];

export interface GateOutcome {
  readonly gate: GateName;
  readonly passed: boolean;
  /** With the figures, and with what to do where it did not pass. */
  readonly said: string;
  /** It was not asked, as there is nothing to ask it about. */
  readonly skipped?: true | undefined;
  /** It did not pass and was overruled. */
  readonly forced?: true | undefined;
}

/** What is not whole or does not open must never be served, whatever anybody says. */
const never: ReadonlySet<GateName> = new Set(['whole', 'policies']);
export const mayForce = (gate: GateName): boolean => !never.has(gate);

export const stops = ({ passed, forced }: GateOutcome): boolean => !passed && forced !== true;
