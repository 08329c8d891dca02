import { defineTexts } from '@/i18n/texts';

export const mapTexts = defineTexts(
  {
    by: '按哪个地区',
    unset: '未填地区',
    open: (place: string, n: string) => `${place} ${n} 条，查看记录`,
    note: '每个省一格，位置大致照地图排列。点一格看那里的记录。',
  },
  {
    by: 'By which region',
    unset: 'Without a region',
    open: (place: string, n: string) => `${place}, ${n} records, show them`,
    note: 'A tile for each province, roughly where the map has it. A tile opens its records.',
  },
);
