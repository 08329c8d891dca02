import { describe, expect, it } from 'vitest';
import { ApiError } from '@/api/error';
import { changesOf, compareRevisions, problemsOf, sameValue } from './values';

describe('sameValue', () => {
  it.each([
    [undefined, null, true],
    ['', null, true],
    [[], undefined, true],
    ['12.50', 12.5, false],
    ['120', 120, true],
    [['a'], ['a'], true],
    [['a', 'b'], ['b', 'a'], false],
    [false, undefined, false],
    [0, null, false],
  ])('%j and %j: %s', (a, b, want) => expect(sameValue(a, b)).toBe(want));
});

describe('changesOf', () => {
  it('sends null for a cleared field and nothing for an untouched one', () => {
    expect(changesOf({ name: 'A', phone: '1', amount: '5' }, { name: 'B', phone: '', amount: '5', note: '' })).toEqual({
      name: 'B',
      phone: null,
    });
  });
});

describe('compareRevisions', () => {
  const base = { name: 'A', amount: '1', owner: 'x' };
  it('merges what only one side changed', () => {
    const r = compareRevisions(base, { ...base, name: 'B' }, { id: '1', rev: 2, ...base, amount: '2' });
    expect(r).toEqual({ merged: { name: 'B' }, conflicts: [] });
  });
  it('names a field that both changed, with three values', () => {
    const r = compareRevisions(base, { ...base, amount: '3' }, { id: '1', rev: 2, ...base, amount: '2' });
    expect(r.conflicts).toEqual([{ key: 'amount', before: '1', theirs: '2', mine: '3' }]);
  });
  it('is no conflict when both wrote the same', () => {
    expect(
      compareRevisions(base, { ...base, amount: '2' }, { id: '1', rev: 2, ...base, amount: '2' }).conflicts,
    ).toEqual([]);
  });
});

describe('problemsOf', () => {
  it('sorts problems to fields, and keeps the others for the page', () => {
    const err = new ApiError(422, {
      title: 'invalid',
      errors: [
        { path: '/phone', code: 'phone', message: '少 1 位' },
        { path: '/secret', code: 'x', message: '不行' },
        { path: '/values/name', code: 'required', message: '要填' },
      ],
    });
    expect(problemsOf(err, ['phone', 'name'])).toEqual({ fields: { phone: '少 1 位', name: '要填' }, page: ['不行'] });
  });
  it('says the refusal itself when no field is named', () => {
    expect(problemsOf(new ApiError(403, { detail: '没有权限' }), []).page).toEqual(['没有权限']);
  });
});
