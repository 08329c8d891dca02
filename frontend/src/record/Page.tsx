import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useEffect } from 'react';
import { keys } from '@/api/cache';
import { ApiError } from '@/api/error';
import { useLive } from '@/api/live';
import { getRecord } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import { expandOf, recordTitle, useEntity } from '@/meta/meta';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { Tabs } from '@/ui/Tabs';
import { Activity } from './components/Activity';
import { Details } from './components/Details';
import { History } from './components/History';
import { KeyFacts } from './components/KeyFacts';
import { RecordHeader } from './components/RecordHeader';
import { Related, useRelated } from './components/Related';
import { SidePanel } from './components/SidePanel';
import { StageBar } from './components/StageBar';
import { Tasks } from './components/Tasks';
import { remember } from './lib/recent';
import styles from './Page.module.css';
import { recordTexts } from './texts';

/** /r/{entity}/{id}: all about one record. */
export function Page() {
  const { entity: key, id } = useParams({ strict: false }) as { entity: string; id: string };
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const navigate = useNavigate();
  const t = useTexts(recordTexts);
  const entity = useEntity(key);
  useLive(entity ? key : undefined, ['id', '=', id]);
  const found = useQuery({
    queryKey: keys.record(key, id),
    enabled: entity !== undefined,
    queryFn: ({ signal }) =>
      getRecord(
        key,
        id,
        entity ? expandOf(entity, [...entity.fields.map((f) => f.key), 'created_by', 'updated_by']) : [],
        signal,
      ),
  });
  const related = useRelated(key);
  const row = found.data;
  useEffect(() => {
    if (entity && row) remember({ entity: key, id, title: recordTitle(entity, row) });
  }, [entity, key, id, row]);
  if (found.error instanceof ApiError && found.error.status === 404)
    return <EmptyState title={t.missing} text={t.missingText} />;
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!entity || !row) return <Skeleton rows={12} />;
  const tab = search.tab ?? 'activity';
  const tabs = [
    { key: 'activity', title: t.activity, content: () => <Activity entity={entity} row={row} /> },
    { key: 'details', title: t.details, content: () => <Details entity={entity} row={row} /> },
    ...related.map((r) => ({
      key: `related-${r.entity.key}-${r.field.key}`,
      title: r.title,
      content: () => <Related to={r} row={row} />,
    })),
    { key: 'history', title: t.history, content: () => <History entity={entity} row={row} /> },
  ];
  return (
    <div className={styles.page}>
      <RecordHeader entity={entity} row={row} />
      {(entity.machines ?? []).map((m) => (
        <StageBar key={m.key} entity={entity} machine={m} row={row} />
      ))}
      <div className={styles.columns}>
        <aside className={styles.facts}>
          <KeyFacts entity={entity} row={row} />
        </aside>
        <section className={styles.middle}>
          <Tasks entity={entity} row={row} />
          <Tabs
            tabs={tabs}
            on={tab}
            choose={(next) =>
              void navigate({
                to: '.',
                search: (old: Record<string, string | undefined>) => ({
                  ...old,
                  tab: next === 'activity' ? undefined : next,
                }),
                replace: true,
              })
            }
          />
        </section>
        <SidePanel entity={entity} row={row} />
      </div>
    </div>
  );
}
