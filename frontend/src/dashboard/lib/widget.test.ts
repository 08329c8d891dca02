import { describe, expect, it } from 'vitest';
import { drillWhere, growth, periodBefore, periodOf, type Widget } from './widget';

describe('periodOf', () => {
  it.each([
    ['year', '2017', '2017-01-01', '2017-12-31'],
    ['quarter', '2017Q2', '2017-04-01', '2017-06-30'],
    ['month', '2016-02', '2016-02-01', '2016-02-29'],
    ['week', '2017-W14', '2017-04-03', '2017-04-09'],
    ['week', '2021-W01', '2021-01-04', '2021-01-10'],
    ['week', '2020-W53', '2020-12-28', '2021-01-03'],
    ['day', '2017-04-01', '2017-04-01', '2017-04-01'],
  ])('%s %s', (by, key, from, to) => expect(periodOf(by, key)).toEqual([from, to]));
});

const widget: Widget = {
  key: 'w',
  title: {},
  type: 'bar',
  entity: 'deal',
  where: ['stage', '=', 'won'],
  groupBy: [{ field: 'close_date', by: 'quarter' }, 'owner.name'],
  metrics: { n: ['count'] },
};

const days = () => undefined;

describe('drillWhere', () => {
  it('cuts instants at midnight of the zone', () => {
    const byMonth: Widget = { ...widget, where: undefined, groupBy: [{ field: 'created_at', by: 'month' }] };
    expect(drillWhere(byMonth, { created_at: '2026-12' }, undefined, () => 'Asia/Shanghai')).toEqual({
      all: [
        ['created_at', '>=', '2026-11-30T16:00:00.000Z'],
        ['created_at', '<', '2026-12-31T16:00:00.000Z'],
      ],
    });
  });
  it('leads to the records of one group', () => {
    expect(drillWhere(widget, { close_date: '2017Q2', 'owner.name': '陈曦' }, undefined, days)).toEqual({
      all: [
        ['stage', '=', 'won'],
        ['close_date', 'between', ['2017-04-01', '2017-06-30']],
        ['owner.name', '=', '陈曦'],
      ],
    });
  });
  it('says that a field is unset', () => {
    expect(drillWhere({ ...widget, groupBy: ['owner'] }, { owner: null }, undefined, days)).toEqual({
      all: [
        ['stage', '=', 'won'],
        ['owner', 'empty'],
      ],
    });
  });
  it('leads to all records of a number', () =>
    expect(drillWhere(widget, undefined, undefined, days)).toEqual(['stage', '=', 'won']));
});

describe('periodBefore', () => {
  it('is the same condition one period earlier', () =>
    expect(periodBefore(['close_date', '=', { day: 'this_quarter' }])).toEqual({
      where: ['close_date', '=', { day: 'last_quarter' }],
      name: 'last_quarter',
    }));
  it.each([undefined, ['close_date', '=', { day: 'last_year' }], { all: [] }] as const)('%j has none', (period) =>
    expect(periodBefore(period as never)).toBeUndefined(),
  );
});

describe('growth', () => {
  it.each([
    ['150', '100', 50],
    [50, 100, -50],
    [undefined, 100, -100],
    [5, 0, undefined],
    [5, undefined, undefined],
  ])('from %s', (now, before, percent) => expect(growth(now, before)).toBe(percent));
});
