// Days by the calendar of a time zone, as whole days since 1970-01-01.

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** `2026-05-01` → days since 1970. */
export function dayOfDate(date: string): number {
  return Date.parse(`${date}T00:00:00Z`) / dayMs;
}

/**
 * Makes the function from an instant (ms since 1970, UTC) to the day that the time zone's calendar shows then.
 * The day is looked up once a minute: no zone changes it in between.
 */
export function calendarOf(timeZone: string): (nowMs: number) => number {
  if (timeZone === 'UTC') return (nowMs) => Math.floor(nowMs / dayMs);
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
  });
  let lastMinute = Number.NaN;
  let day = 0;
  return (nowMs) => {
    const minute = Math.floor(nowMs / minuteMs);
    if (minute === lastMinute) return day;
    const parts = new Map(format.formatToParts(nowMs).map(({ type, value }) => [type, Number(value)]));
    const date = Date.UTC(parts.get('year') ?? 0, (parts.get('month') ?? 1) - 1, parts.get('day') ?? 1);
    lastMinute = minute;
    day = date / dayMs;
    return day;
  };
}
