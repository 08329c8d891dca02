import { describe, expect, it } from 'vitest';
import { drillWhere, periodOf, type Widget } from './widget';

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

describe('drillWhere', () => {
  it('leads to the records of one group', () => {
    expect(drillWhere(widget, { close_date: '2017Q2', 'owner.name': '陈曦' }, undefined)).toEqual({
      all: [
        ['stage', '=', 'won'],
        ['close_date', 'between', ['2017-04-01', '2017-06-30']],
        ['owner.name', '=', '陈曦'],
      ],
    });
  });
  it('says that a field is unset', () => {
    expect(drillWhere({ ...widget, groupBy: ['owner'] }, { owner: null }, undefined)).toEqual({
      all: [
        ['stage', '=', 'won'],
        ['owner', 'empty'],
      ],
    });
  });
  it('leads to all records of a number', () =>
    expect(drillWhere(widget, undefined, undefined)).toEqual(['stage', '=', 'won']));
});
