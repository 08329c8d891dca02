import { describe, expect, it } from 'vitest';
import type { Aggregate, Where } from '@/api/records';
import { countByProvince, parts, provinces, within } from './provinces';

it('has every division once, each in a place of its own', () => {
  expect(provinces).toHaveLength(34);
  expect(new Set(provinces.map((p) => `${p.column} ${p.row}`)).size).toBe(34);
});

describe('within', () => {
  it('ends where the next province begins', () =>
    expect(within('region', '330000')).toEqual({
      all: [
        ['region', '>=', '330000'],
        ['region', '<', '340000'],
      ],
    }));
  it('is open behind the last', () => expect(within('region', '820000')).toEqual(['region', '>=', '820000']));
});

it('cuts the country into parts that leave nothing out', () => {
  const all = parts('region');
  expect(all).toHaveLength(8);
  expect(all[0]).toEqual({
    all: [
      ['region', '>=', '110000'],
      ['region', '<', '210000'],
    ],
  });
  expect(all.at(-1)).toEqual(['region', '>=', '810000']);
});

describe('countByProvince', () => {
  const where = (more?: Where) => more;
  it('adds cities and districts to their province', async () => {
    const ask = async () => [
      { region: '330100', n: 2 },
      { region: '330106', n: 3 },
      { region: '440100', n: 1 },
      { region: null, n: 4 },
    ];
    expect([...(await countByProvince('region', where, ask))]).toEqual([
      ['330000', 5],
      ['440000', 1],
      ['', 4],
    ]);
  });
  it('asks part by part when one answer is full', async () => {
    const asked: Aggregate[] = [];
    const ask = async (q: Aggregate) => {
      asked.push(q);
      if (!q.where) return Array.from({ length: 1000 }, () => ({ region: '110101', n: 1 }));
      return JSON.stringify(q.where).includes('empty') ? [{ region: null, n: 7 }] : [{ region: '510100', n: 1 }];
    };
    const counts = await countByProvince('region', where, ask);
    expect(asked).toHaveLength(10);
    expect(counts.get('')).toBe(7);
    expect(counts.get('110000')).toBeUndefined();
  });
});
