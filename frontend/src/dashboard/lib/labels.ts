import { useQueries } from '@tanstack/react-query';
import { keys } from '@/api/cache';
import { type AggregateRow, type GroupBy, getRecord } from '@/api/records';
import { useLanguage } from '@/i18n/language';
import { titleIn, useTexts } from '@/i18n/texts';
import { type EntityMeta, entityOf, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { dashboardTexts } from '../texts';
import { fieldAt, pathOf } from './widget';

export type Label = (group: GroupBy, key: unknown) => { text: string; color?: string };

/** How the keys of groups are written: titles of choices and stages, names of records. */
export function useLabels(entity: EntityMeta, groups: GroupBy[], rows: AggregateRow[]): Label {
  const meta = useMeta();
  const lang = useLanguage();
  const t = useTexts(dashboardTexts);
  const references = groups.flatMap((g) => {
    const target = fieldAt(meta, entity, pathOf(g))?.entity;
    return target
      ? [...new Set(rows.map((r) => r[pathOf(g)]))].flatMap((id) =>
          typeof id === 'string' ? [{ entity: target, id }] : [],
        )
      : [];
  });
  const found = useQueries({
    queries: references.slice(0, 60).map((r) => ({
      queryKey: keys.record(r.entity, r.id),
      queryFn: () => getRecord(r.entity, r.id),
      staleTime: 300_000,
      retry: false,
    })),
    combine: (list) => new Map(list.map((one, i) => [references[i]?.id, one.data] as const)),
  });
  return (group, key) => {
    if (key === null || key === undefined || key === '') return { text: t.unset };
    const field = fieldAt(meta, entity, pathOf(group));
    const choice = field?.choices?.find((c) => c.key === key);
    if (choice) return { text: titleIn(lang, choice.title, choice.key), color: choice.color };
    const stage = entity.key === 'stage_visit' ? stageAnywhere(meta.entities, String(key)) : undefined;
    if (stage) return { text: titleIn(lang, stage.title, stage.key) };
    const row = field?.entity ? found.get(String(key)) : undefined;
    if (row) return { text: recordTitle(entityOf(meta, field?.entity ?? ''), row) };
    if (typeof group !== 'string' && group.by === 'month') return { text: monthText(String(key), lang) };
    return { text: String(key) };
  };
}

/** The order of the stages that a group has as its keys; undefined when its keys are no stages. */
export function stageOrder(
  all: EntityMeta[],
  entity: EntityMeta,
  path: string,
  rows: AggregateRow[],
): string[] | undefined {
  const own = entity.machines?.find((m) => m.field === path);
  if (own) return own.stages.map((s) => s.key);
  if (entity.key !== 'stage_visit' || path !== 'stage') return undefined;
  const machines = all.flatMap((e) => e.machines ?? []);
  const has = (keys: string[]) => rows.filter((r) => keys.includes(String(r[path]))).length;
  const orders = machines.map((m) => m.stages.map((s) => s.key)).sort((a, b) => has(b) - has(a));
  return orders[0];
}

const stageAnywhere = (entities: EntityMeta[], key: string) =>
  entities.flatMap((e) => (e.machines ?? []).flatMap((m) => m.stages)).find((s) => s.key === key);

function monthText(key: string, lang: string): string {
  return lang === 'en' ? key : key.replace('-', ' 年 ').replace(/ 0/, ' ').concat(' 月');
}
