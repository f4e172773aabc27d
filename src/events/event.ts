// What a shop tells of its visitors: the lists they were shown, what of these they clicked, put into the basket and ordered.
// Names and ids are the shop's own and mean nothing here; nothing is looked up.

import { z } from 'zod';
import { type LimitName, limits } from '../base/limits.ts';
import { suggestion } from '../base/nearest.ts';

export const eventTypes = ['impression', 'click', 'cart', 'order'] as const;
export type EventType = (typeof eventTypes)[number];

const whole = (least: number, most: number, unit: string) => {
  const error = `must be a whole number from ${least} to ${most} (${unit})`;
  return z.number(error).int(error).min(least, error).max(most, error);
};
const minor = whole(0, Number.MAX_SAFE_INTEGER, 'minor units');
const { max: textMax } = limits.eventText;
const text = (about: string) => {
  const error = `must be text of 1 to ${textMax} characters`;
  return z.string(error).min(1, error).max(textMax, error).meta({ description: about });
};

const itemSchema = z.strictObject({
  id: text('The product'),
  position: whole(1, 1000, 'place').optional().meta({ description: 'Its place in the list, from 1' }),
  quantity: whole(1, 1_000_000, 'pieces').optional(),
  priceMinor: minor.optional().meta({ description: 'Of one piece, in minor units' }),
});

/** A date with time and zone, or milliseconds since 1970; kept as text in UTC. */
const timeError =
  'must be a date and time with its zone, such as 2026-05-01T12:00:00Z, or milliseconds since 1970';
const time = z.union(
  [z.iso.datetime({ offset: true, error: timeError }), z.number(timeError).int(timeError)],
  {
    error: timeError,
  },
);

const itemsMax: LimitName = 'eventItems';
const items = z
  .array(z.union([text('A product'), itemSchema]), 'must be a list of products')
  .min(1, 'must name a product')
  .max(limits[itemsMax].max, `takes at most ${limits[itemsMax].max} products`);

export const eventSchema = z
  .strictObject({
    type: z.enum(eventTypes).meta({ description: 'What happened' }),
    id: text('Unlike that of any other event: a repetition is dropped').optional(),
    time: time.optional().meta({ description: 'When it happened; now where absent' }),
    recommendation: text('The `recommendation` of the answer that was shown').optional(),
    product: text('The product whose page it happened on').optional(),
    items: items.meta({ description: 'The products shown, clicked, added or ordered, in their order' }),
    placement: text('The place on the site').optional(),
    channel: text('Such as web or app').optional(),
    session: text('The visit').optional(),
    user: text('The visitor, by a name that says nothing of who it is').optional(),
    policy: text('The `policy` of the answer').optional(),
    artifact: text('The `artifact` of the answer').optional(),
    experiment: text('The `experiment` of the answer').optional(),
    valueMinor: minor.optional().meta({ description: 'What the order comes to, in minor units' }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/, 'must be three capital letters, such as EUR')
      .optional(),
  })
  .superRefine(({ type, items: { length }, valueMinor, currency }, context) => {
    const refuse = (place: string, message: string) =>
      context.addIssue({ code: 'custom', path: [place], message });
    if (type === 'click' && length > 1) refuse('items', 'must be the one product that was clicked');
    if (type !== 'order' && valueMinor !== undefined) refuse('valueMinor', 'is of orders only');
    if ((valueMinor === undefined) !== (currency === undefined) && type === 'order')
      refuse('currency', 'and valueMinor go together');
  });

/** An event as it is sent. */
export type GivenEvent = z.input<typeof eventSchema>;

export type EventItem = z.output<typeof itemSchema>;

/** An event as it is kept. */
export type ShopEvent = Omit<z.output<typeof eventSchema>, 'time' | 'items'> & {
  /** ISO 8601 in UTC, like `received`. */
  readonly time: string;
  /** When the server had it. */
  readonly received: string;
  readonly items: readonly EventItem[];
};

const dayMs = 86_400_000;
const pastMs = limits.eventPastDays.max * dayMs;
const futureMs = limits.eventFutureDays.max * dayMs;

/** An event, or what is wrong with it. */
export type ReadEvent = { readonly event: ShopEvent } | { readonly wrong: string };

/** Checks one event and fills in its times and places. */
export function readEvent(given: unknown, nowMs: number): ReadEvent {
  const parsed = eventSchema.safeParse(given);
  if (!parsed.success) return { wrong: wordsOf(parsed.error.issues, given) };
  const { type, items, time, ...others } = parsed.data;
  const timeMs = time === undefined ? nowMs : new Date(time).getTime();
  if (!(timeMs >= nowMs - pastMs))
    return { wrong: `time must not lie more than ${limits.eventPastDays.max} days back.` };
  if (timeMs > nowMs + futureMs) return { wrong: 'time must not lie more than a day ahead.' };
  const moments = { time: new Date(timeMs).toISOString(), received: new Date(nowMs).toISOString() };
  const listed = items.map((item, i): EventItem => {
    const one = typeof item === 'string' ? { id: item } : item;
    return type === 'impression' && one.position === undefined ? { ...one, position: i + 1 } : one;
  });
  return { event: { type, ...moments, ...others, items: listed } };
}

function wordsOf(issues: readonly z.core.$ZodIssue[], given: unknown): string {
  const [first] = issues;
  if (first === undefined) return 'is no event.';
  const issue = innermost(first);
  const place = issue.path.join('.');
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = issue.path.length === 0 ? eventSchema.shape : itemSchema.shape;
    return `${[...issue.path, key].join('.')} is no field of an event.${suggestion(key, Object.keys(known))}`;
  }
  if (issue.path.length === 0) return 'An event is an object with a type and items.';
  if (place === 'type') {
    const { type } = given as { type?: unknown };
    const near = typeof type === 'string' ? suggestion(type, eventTypes) : '';
    return `type must be one of ${eventTypes.join(', ')}.${near}`;
  }
  if (issue.code === 'invalid_type' && issue.message.includes('undefined')) return `${place} is missing.`;
  return `${place} ${issue.message}.`;
}

/** Of a choice between text and an object, what is wrong with the object. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== 'invalid_union') return issue;
  const [deepest] = issue.errors
    .flat()
    .filter(({ code, path }) => path.length > 0 || code === 'unrecognized_keys');
  return deepest === undefined ? issue : { ...deepest, path: [...issue.path, ...deepest.path] };
}
