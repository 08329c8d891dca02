import { useQuery } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { keys } from '@/api/cache';
import { queryRecords, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { can } from '@/meta/meta';
import { EmptyState } from '@/ui/State';
import type { ListProps } from '../ListPage';
import { textOf } from '../lib/sentence';
import { conditionsOf } from '../lib/where';
import { listTexts } from '../texts';
import { useSentences } from '../useSentences';

/** Nothing yet, or nothing for these conditions: which is said, with the way on. */
export function NothingHere({
  entity,
  state,
  set,
  setWhere,
}: ListProps & { setWhere: (where: Where | undefined) => void }) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const format = useFormat();
  const navigate = useNavigate();
  const name = title(entity.title, entity.key);
  const sentences = useSentences(entity, conditionsOf(state.where));
  const all = useQuery({
    queryKey: keys.count(entity.key, null),
    queryFn: ({ signal }) => queryRecords(entity.key, { limit: 1, count: 'capped', fields: ['id'] }, signal),
  }).data;
  if (!all) return null;
  if (all.count) {
    const what = [...sentences.map(textOf), state.search].filter(Boolean).join('；');
    return (
      <EmptyState title={t.filteredTitle} text={what ? t.filteredText(format.number(all.count), what) : undefined}>
        <Button
          onClick={() => {
            setWhere(undefined);
            if (state.search) set({ q: undefined });
          }}
        >
          {t.removeFilters}
        </Button>
      </EmptyState>
    );
  }
  return (
    <EmptyState title={t.emptyTitle(name)} text={t.emptyText}>
      {can(entity, 'create') && (
        <Button type="primary" onClick={() => void navigate({ to: '/r/$entity/new', params: { entity: entity.key } })}>
          {t.new(name)}
        </Button>
      )}
      {can(entity, 'import') && (
        <Button onClick={() => void navigate({ to: '/import', search: { entity: entity.key } })}>{t.import}</Button>
      )}
    </EmptyState>
  );
}
