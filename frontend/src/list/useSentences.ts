import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { keys } from '@/api/cache';
import { getRecord, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useLanguage } from '@/i18n/language';
import { type EntityMeta, entityOf, fieldOf, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { type Sentence, sentenceOf } from './lib/sentence';

/** Conditions in plain words, with the names of the records that they mention. */
export function useSentences(entity: EntityMeta, conditions: Where[]): Sentence[] {
  const meta = useMeta();
  const lang = useLanguage();
  const format = useFormat();
  const mentioned = useMemo(() => conditions.flatMap((c) => mentions(entity, c)), [entity, conditions]);
  const rows = useQueries({
    queries: mentioned.map((m) => ({
      queryKey: keys.record(m.entity, m.id),
      queryFn: () => getRecord(m.entity, m.id),
      retry: false,
    })),
    combine: (list) => list.map((one) => one.data),
  });
  const names = (target: string, id: string) => {
    const at = mentioned.findIndex((m) => m.entity === target && m.id === id);
    return rows[at] && recordTitle(entityOf(meta, target), rows[at]);
  };
  return conditions.map((c) => sentenceOf(c, { meta, entity, lang, format, names }));
}

function mentions(entity: EntityMeta, where: Where): { entity: string; id: string }[] {
  if (!Array.isArray(where)) {
    if ('not' in where) return mentions(entity, where.not);
    return ('all' in where ? where.all : where.any).flatMap((w) => mentions(entity, w));
  }
  const [path, , value] = where;
  const target = fieldOf(entity, path)?.entity;
  if (!target) return [];
  return (Array.isArray(value) ? value : [value]).flatMap((id) =>
    typeof id === 'string' ? [{ entity: target, id }] : [],
  );
}
