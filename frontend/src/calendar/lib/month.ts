import type { Where } from '@/api/records';
import { addDays, instantAt, onDay } from '@/i18n/zone';
import type { FieldMeta } from '@/meta/meta';

const weekdays = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** The days of the weeks that a month such as 2026-12 touches, from the organisation's first weekday on. */
export function weeksOf(month: string, firstWeekday: string): string[][] {
  const first = `${month}-01`;
  const start = new Date(`${first}T00:00:00Z`).getUTCDay();
  const lead = (start - weekdays.indexOf(firstWeekday) + 7) % 7;
  const weeks: string[][] = [];
  for (let day = addDays(first, -lead); day < `${shiftMonth(month, 1)}-01`; day = addDays(day, 7))
    weeks.push(Array.from({ length: 7 }, (_, i) => addDays(day, i)));
  return weeks;
}

/** So many months later, or earlier when negative. */
export function shiftMonth(month: string, n: number): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number - 1 + n, 1)).toISOString().slice(0, 7);
}

export const isMonth = (text: string | undefined): text is string => /^\d{4}-(0[1-9]|1[0-2])$/.test(text ?? '');

/** Whether the values of a field are instants; others are days. */
export const holdsInstants = (field: FieldMeta): boolean => field.type === 'datetime';

/** The records of some days, the first and the last included. */
export function withinDays(field: FieldMeta, first: string, last: string, zone: string): Where {
  if (!holdsInstants(field)) return [field.key, 'between', [first, last]];
  return {
    all: [
      [field.key, '>=', instantAt(first, '00:00', zone)],
      [field.key, '<', instantAt(addDays(last, 1), '00:00', zone)],
    ],
  };
}

/** The value that a record gets when it is put on another day; the time of day stays. */
export const movedTo = (field: FieldMeta, value: unknown, day: string, zone: string): string =>
  holdsInstants(field) ? onDay(String(value), day, zone) : day;
