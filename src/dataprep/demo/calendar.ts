// When the demo shop sells: 400 days up to a fixed end, busier at weekends, in November and December.

import { type Random, WeightedChoice } from '../../base/random.ts';
import type { Season } from './parse.ts';

export const secondsPerDay = 86_400;
export const shopDays = 400;
/** The first second after the last order day, in seconds since 1970. */
export const shopEnd = Date.UTC(2025, 9, 1) / 1000;
/** The first order day, since 1970. */
export const firstDay = shopEnd / secondsPerDay - shopDays;

// January to December.
const seasons: Record<Season, readonly number[]> = {
  spring: [0.6, 0.8, 1.6, 2.2, 2, 1.2, 0.8, 0.6, 0.7, 0.6, 0.4, 0.4],
  summer: [0.4, 0.45, 0.7, 1, 1.6, 2.2, 2.3, 1.8, 0.9, 0.5, 0.4, 0.4],
  winter: [1.8, 1.5, 1, 0.6, 0.4, 0.3, 0.3, 0.4, 0.8, 1.3, 1.8, 1.9],
  school: [1, 1.2, 0.8, 0.7, 0.7, 0.6, 0.7, 1.9, 2.6, 1.2, 0.8, 0.7],
  december: [0.7, 1, 0.9, 0.8, 1, 0.9, 0.8, 0.8, 0.8, 0.9, 1.5, 2.8],
};
const weekdays = [1.15, 0.95, 0.9, 0.92, 0.95, 1.02, 1.2];
const hours = [
  1.2, 0.6, 0.3, 0.2, 0.2, 0.3, 0.7, 1.3, 2.1, 2.9, 3.4, 3.6, 3.9, 3.7, 3.5, 3.4, 3.3, 3.4, 3.7, 4.2, 5, 5.2,
  4.3, 2.6,
];

const dateOf = (day: number): Date => new Date(day * secondsPerDay * 1000);

/** How much more (or less) a season's goods sell in the month, from 0 for January. */
export function seasonFactor(season: Season | undefined, month: number): number {
  return season === undefined ? 1 : (seasons[season][month] ?? 1);
}

export function monthOf(day: number): number {
  return dateOf(day).getUTCMonth();
}

/** `2025-03-09` */
export function isoDate(day: number): string {
  return dateOf(day).toISOString().slice(0, 10);
}

/** How many of `orders` fall on each of the shop's days. */
export function ordersPerDay(random: Random, orders: number): Uint32Array {
  const weights = Array.from({ length: shopDays }, (_, index) => {
    const date = dateOf(firstDay + index);
    const month = date.getUTCMonth();
    const rush = month === 10 && date.getUTCDate() > 20 ? 1.7 : month >= 10 ? 1.25 : 1;
    return (
      (1 + (0.3 * index) / shopDays) *
      (weekdays[date.getUTCDay()] ?? 1) *
      rush *
      (0.85 + 0.3 * random.float())
    );
  });
  const days = new WeightedChoice(weights);
  const counts = new Uint32Array(shopDays);
  for (let i = 0; i < orders; i++) {
    const day = days.draw(random);
    counts[day] = (counts[day] ?? 0) + 1;
  }
  return counts;
}

const hourChoice = new WeightedChoice(hours);

/** `count` seconds of a day, ascending. */
export function timesOfDay(random: Random, count: number): Uint32Array {
  return Uint32Array.from(
    { length: count },
    () => hourChoice.draw(random) * 3600 + random.below(3600),
  ).sort();
}

const two = (value: number): string => (value < 10 ? `0${value}` : `${value}`);

/** `21:04:59` */
export function clock(second: number): string {
  return `${two(Math.floor(second / 3600))}:${two(Math.floor(second / 60) % 60)}:${two(second % 60)}`;
}
