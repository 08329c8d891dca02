import { describe, expect, it } from 'vitest';
import type { FieldMeta } from '@/meta/meta';
import { isMonth, movedTo, shiftMonth, weeksOf, withinDays } from './month';

const date = { key: 'close_date', type: 'date', title: {} } as FieldMeta;
const time = { key: 'next_at', type: 'datetime', title: {} } as FieldMeta;

describe('weeksOf', () => {
  it('begins with the first weekday of the organisation', () => {
    expect(weeksOf('2026-12', 'monday').map((w) => [w[0], w[6]])).toEqual([
      ['2026-11-30', '2026-12-06'],
      ['2026-12-07', '2026-12-13'],
      ['2026-12-14', '2026-12-20'],
      ['2026-12-21', '2026-12-27'],
      ['2026-12-28', '2027-01-03'],
    ]);
    expect(weeksOf('2026-12', 'sunday')[0]?.[0]).toBe('2026-11-29');
  });
  it('needs no further week for a February that fits', () => expect(weeksOf('2027-02', 'monday')).toHaveLength(4));
});

describe('shiftMonth', () => {
  it.each([
    ['2026-12', 1, '2027-01'],
    ['2026-01', -1, '2025-12'],
  ])('%s %i', (month, n, other) => expect(shiftMonth(month, n)).toBe(other));
});

it.each(['2026-13', '2026-1', 'soon', undefined])('%s is no month', (text) => expect(isMonth(text)).toBe(false));

describe('withinDays', () => {
  it('compares days as days', () =>
    expect(withinDays(date, '2026-12-01', '2026-12-31', 'Asia/Shanghai')).toEqual([
      'close_date',
      'between',
      ['2026-12-01', '2026-12-31'],
    ]));
  it('compares instants from midnight to midnight of the zone', () =>
    expect(withinDays(time, '2026-12-01', '2026-12-01', 'Asia/Shanghai')).toEqual({
      all: [
        ['next_at', '>=', '2026-11-30T16:00:00.000Z'],
        ['next_at', '<', '2026-12-01T16:00:00.000Z'],
      ],
    }));
});

describe('movedTo', () => {
  it('gives a date', () => expect(movedTo(date, '2026-12-01', '2026-12-24', 'Asia/Shanghai')).toBe('2026-12-24'));
  it('keeps the time of day', () =>
    expect(movedTo(time, '2026-12-01T01:30:00.000Z', '2026-12-24', 'Asia/Shanghai')).toBe('2026-12-24T01:30:00.000Z'));
});
