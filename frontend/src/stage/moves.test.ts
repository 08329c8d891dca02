import { describe, expect, it } from 'vitest';
import type { EntityMeta, MachineMeta } from '@/meta/meta';
import { judge } from './moves';

const machine = {
  key: 'deal',
  title: {},
  field: 'stage',
  initial: 'new',
  stages: [
    { key: 'new', title: { 'zh-CN': '寻找客户' }, type: 'open' },
    { key: 'engaging', title: { 'zh-CN': '接洽' }, type: 'open' },
    {
      key: 'evaluation',
      title: { 'zh-CN': '技术评估' },
      type: 'open',
      stay: [
        { type: 'required', fields: ['amount'] },
        { type: 'attachment', field: 'proof' },
      ],
    },
    { key: 'lost', title: { 'zh-CN': '输单' }, type: 'lost' },
  ],
  transitions: [
    { key: 'engage', title: {}, from: ['new'], to: 'engaging', direction: 'forward', allowed: true },
    { key: 'evaluate', title: {}, from: ['engaging'], to: 'evaluation', direction: 'forward', allowed: true },
    {
      key: 'lose',
      title: {},
      from: ['new', 'engaging'],
      to: 'lost',
      direction: 'close',
      allowed: true,
      reason: { required: true, field: 'lost_reason' },
    },
    { key: 'back', title: {}, from: ['evaluation'], to: 'engaging', direction: 'back', allowed: false },
  ],
} as unknown as MachineMeta;
const entity = {
  key: 'deal',
  fields: [
    { key: 'proof', title: { 'zh-CN': '确认书' } },
    { key: 'amount', title: { 'zh-CN': '金额' } },
  ],
} as unknown as EntityMeta;
const at = (stage: string, more = {}) => ({ id: '1', rev: 1, stage, ...more });
const to = (row: ReturnType<typeof at>, stage: string) => judge(entity, machine, row, stage, 'zh-CN');

describe('moving a record', () => {
  it('goes at once when nothing is missing', () => expect(to(at('new'), 'engaging').kind).toBe('go'));
  it('asks for what the guards of the stage lack', () =>
    expect(to(at('engaging', { amount: '5' }), 'evaluation')).toMatchObject({
      kind: 'ask',
      missing: ['proof'],
      reason: false,
    }));
  it('asks for a reason', () =>
    expect(to(at('new'), 'lost')).toMatchObject({ kind: 'ask', missing: [], reason: true }));
  it('goes when the reason is there already', () =>
    expect(to(at('new', { lost_reason: '贵' }), 'lost').kind).toBe('go'));
  it('says which stage comes first, and what will be missing', () =>
    expect(to(at('new'), 'evaluation')).toEqual({ kind: 'no', why: '要先经过 接洽', missing: ['金额', '确认书'] }));
  it('says that a role may not', () =>
    expect(to(at('evaluation'), 'engaging')).toMatchObject({ kind: 'no', why: '你的角色不能做这一步' }));
  it('says that there is no way', () => expect(to(at('lost'), 'new')).toMatchObject({ kind: 'no', why: '这里走不到' }));
});
