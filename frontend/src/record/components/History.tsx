import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { keys } from '@/api/cache';
import { type RecordRow, recordHistory } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf } from '@/meta/meta';
import { ErrorState, Skeleton } from '@/ui/State';
import { recordTexts, sourceTexts } from '../texts';
import styles from './History.module.css';
import { UserName } from './UserName';

export function useHistory(entity: EntityMeta, row: RecordRow) {
  return useInfiniteQuery({
    queryKey: keys.history(entity.key, row.id),
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => recordHistory(entity.key, row.id, pageParam, signal),
    getNextPageParam: (page) => page.cursor,
  });
}

/** Every change of a record: who, when, by which way, and each field before and after. */
export function History({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const sources = useTexts(sourceTexts);
  const title = useTitle();
  const format = useFormat();
  const pages = useHistory(entity, row);
  if (pages.isError) return <ErrorState error={pages.error} retry={() => void pages.refetch()} />;
  if (!pages.data) return <Skeleton />;
  const value = (key: string, v: unknown) => {
    const field = fieldOf(entity, key);
    if (!field) return String(v ?? '');
    if (field.entity && typeof v === 'string') return <UserName entity={field.entity} id={v} />;
    return <FieldValue entity={entity} field={field} row={{ id: row.id, rev: 0, [key]: v }} />;
  };
  return (
    <>
      <table className={styles.table}>
        <tbody>
          {pages.data.pages
            .flatMap((p) => p.items)
            .map((item) => (
              <tr key={item.rev}>
                <td>
                  <time dateTime={item.at} className="number">
                    {format.dateTime(item.at)}
                  </time>
                  <br />
                  {item.by ? <UserName entity="user" id={item.by} /> : t.nobody} <small>{sources[item.source]}</small>
                </td>
                <td>
                  {item.rev === 1 && Object.keys(item.changes).length === 0 && t.created}
                  {Object.entries(item.changes).map(([key, change]) => (
                    <div key={key} className={styles.change}>
                      <span>{title(fieldOf(entity, key)?.title, key)}</span>
                      {value(key, change.from)} <i aria-hidden="true">→</i> {value(key, change.to)}
                    </div>
                  ))}
                </td>
              </tr>
            ))}
        </tbody>
      </table>
      {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{t.more}</Button>}
    </>
  );
}
