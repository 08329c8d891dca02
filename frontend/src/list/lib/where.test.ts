import { describe, expect, it } from 'vitest';
import { allOf, conditionsOf, parseWhere } from './where';

describe('filters in addresses', () => {
  it.each([
    ['["stage","=","won"]', ['stage', '=', 'won']],
    ['{"all":[["a","empty"]]}', { all: [['a', 'empty']] }],
    ['{"not":["a","=",1]}', { not: ['a', '=', 1] }],
    [
      '{"any":[["a","=",1],["b","present"]]}',
      {
        any: [
          ['a', '=', 1],
          ['b', 'present'],
        ],
      },
    ],
    ['[1,2]', undefined],
    ['{"all":"x"}', undefined],
    ['not json', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (text, want) => expect(parseWhere(text)).toEqual(want));
});

describe('conditions', () => {
  it('are taken apart and put together again', () => {
    const where = allOf([
      ['a', '=', 1],
      undefined,
      {
        all: [
          ['b', '=', 2],
          ['c', 'empty'],
        ],
      },
    ]);
    expect(where).toEqual({
      all: [
        ['a', '=', 1],
        ['b', '=', 2],
        ['c', 'empty'],
      ],
    });
    expect(conditionsOf(where)).toHaveLength(3);
    expect(allOf([])).toBeUndefined();
    expect(allOf([['a', '=', 1]])).toEqual(['a', '=', 1]);
  });
  it('keeps alternatives whole', () => {
    const any = {
      any: [
        ['a', '=', 1],
        ['b', '=', 2],
      ],
    } as const;
    expect(conditionsOf(any as never)).toEqual([any]);
  });
});
