/** What a clock in the zone shows at an instant, written as if it were UTC; in milliseconds. */
function clockOf(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(ms);
  const p = Object.fromEntries(parts.map((x) => [x.type, x.value])) as Record<string, string>;
  return Date.parse(`${p.year}-${p.month}-${p.day}T${p.hour}:${p.minute}:${p.second}Z`);
}

/** The instant at which a clock in the zone shows a day and a time, such as 2026-12-01 and 09:30. */
export function instantAt(day: string, time: string, zone: string): string {
  const wanted = Date.parse(`${day}T${time}Z`);
  // Twice, since the first guess may lie on the other side of a change of summer time.
  let ms = wanted;
  for (let i = 0; i < 2; i++) ms += wanted - clockOf(ms, zone);
  return new Date(ms).toISOString();
}

/** The same time of day on another day. */
export function onDay(instant: string, day: string, zone: string): string {
  const clock = new Date(clockOf(Date.parse(instant), zone)).toISOString();
  return instantAt(day, clock.slice(11, 23), zone);
}

/** So many days later, or earlier when negative. */
export const addDays = (day: string, n: number): string =>
  new Date(Date.parse(`${day}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
