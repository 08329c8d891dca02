import { expect, it } from 'vitest';
import { formatCells, parseCells } from './cells';

it.each([
  [
    'a\tb\r\nc\td\r\n',
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
  ['"甲\t乙"\t丙', [['甲\t乙', '丙']]],
  [
    '"一行\n两行"\tx\n"说""好"""\ty',
    [
      ['一行\n两行', 'x'],
      ['说"好"', 'y'],
    ],
  ],
  ['a\t\t', [['a', '', '']]],
  ['', []],
  ['5" 管', [['5" 管']]],
])('reads %j', (text, want) => expect(parseCells(text)).toEqual(want));

it('writes what it reads, and no formulas', () => {
  const cells = [['a\tb', '说"好"', '-5', '=1+1']];
  expect(formatCells(cells)).toBe('"a\tb"\t"说""好"""\t-5\t\'=1+1');
  expect(parseCells(formatCells([['x', 'y\nz']]))).toEqual([['x', 'y\nz']]);
});
