import { describe, expect, it } from 'vitest';
import { addDays, instantAt, onDay } from './zone';

describe('instantAt', () => {
  it.each([
    ['2026-12-01', '00:00', 'Asia/Shanghai', '2026-11-30T16:00:00.000Z'],
    ['2026-12-01', '09:30', 'UTC', '2026-12-01T09:30:00.000Z'],
    ['2026-03-29', '00:00', 'Europe/Berlin', '2026-03-28T23:00:00.000Z'],
    ['2026-03-30', '00:00', 'Europe/Berlin', '2026-03-29T22:00:00.000Z'],
    ['2026-10-25', '12:00', 'Europe/Berlin', '2026-10-25T11:00:00.000Z'],
  ])('%s %s in %s', (day, time, zone, instant) => expect(instantAt(day, time, zone)).toBe(instant));
});

describe('onDay', () => {
  it('keeps the time of day', () =>
    expect(onDay('2026-11-30T17:45:00.000Z', '2026-12-24', 'Asia/Shanghai')).toBe('2026-12-23T17:45:00.000Z'));
  it('keeps it over a change of summer time', () =>
    expect(onDay('2026-03-28T08:00:00.000Z', '2026-03-30', 'Europe/Berlin')).toBe('2026-03-30T07:00:00.000Z'));
});

describe('addDays', () => {
  it.each([
    ['2026-12-31', 1, '2027-01-01'],
    ['2024-03-01', -1, '2024-02-29'],
  ])('%s %i', (day, n, other) => expect(addDays(day, n)).toBe(other));
});
