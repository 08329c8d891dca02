import { describe, expect, it } from 'vitest';
import type { FieldMeta } from '@/meta/meta';
import { cellValue } from './cellText';

const field = (type: string, more: Partial<FieldMeta> = {}): FieldMeta => ({
  key: 'f',
  type,
  title: {},
  readable: true,
  writable: true,
  ...more,
});
const stage = field('choice', {
  choices: [{ key: 'won', title: { 'zh-CN': '赢单', en: 'Won' } }] as FieldMeta['choices'],
});

describe('pasted cells', () => {
  it.each([
    ['currency', '¥1,234.50', { value: '1234.50' }],
    ['number', '12,000', { value: 12000 }],
    ['number', '一千', undefined],
    ['percent', '85%', { value: 85 }],
    ['date', '2026年3月5日', { value: '2026-3-5' }],
    ['text', '  王建国 ', { value: '王建国' }],
    ['text', '', { value: null }],
    ['boolean', '是', { value: true }],
    ['formula', '5', undefined],
  ])('%s %j', (type, text, want) => expect(cellValue(field(type), text, 'zh-CN')).toEqual(want));

  it('reads a choice by its title in either language or its key', () => {
    for (const word of ['赢单', 'Won', 'won']) expect(cellValue(stage, word, 'zh-CN')).toEqual({ value: 'won' });
    expect(cellValue(stage, '不知道', 'zh-CN')).toBeUndefined();
  });
});
