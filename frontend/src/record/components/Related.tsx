import { PlusOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { Button } from 'antd';
import { useMemo } from 'react';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { queryRecords, type RecordRow, type Where } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { useTexts, useTitle } from '@/i18n/texts';
import { columnsOf } from '@/list/lib/columns';
import { can, defaultView, type EntityMeta, expandOf, type FieldMeta, hasPage, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { recordTexts } from '../texts';
import styles from './Related.module.css';

/** An entity whose records refer to this one, and the field by which they do. */
export type Relation = { entity: EntityMeta; field: FieldMeta; title: string };

export function useRelated(key: string): Relation[] {
  const meta = useMeta();
  const title = useTitle();
  return useMemo(
    () =>
      meta.entities
        .filter((e) => hasPage(e) && !e.built_in && can(e, 'read'))
        .flatMap((e) => {
          const fields = e.fields.filter((f) => f.type === 'reference' && f.entity === key && f.readable);
          return fields.map((field) => ({
            entity: e,
            field,
            title:
              fields.length > 1 || e.key === key
                ? `${title(e.title, e.key)}（${title(field.title, field.key)}）`
                : title(e.title, e.key),
          }));
        }),
    [meta, key, title],
  );
}

/** The records that refer to this one, with the way to add one. */
export function Related({ to, row }: { to: Relation; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const title = useTitle();
  const meta = useMeta();
  const navigate = useNavigate();
  const { entity, field } = to;
  const where: Where = [field.key, '=', row.id];
  useLive(entity.key, where);
  const columns = useMemo(
    () =>
      columnsOf(entity, defaultView(meta, entity.key)?.columns, {})
        .filter((f) => f.key !== field.key)
        .slice(0, 5),
    [entity, meta, field.key],
  );
  const query = {
    where,
    sort: ['-created_at'],
    limit: 100,
    expand: expandOf(
      entity,
      columns.map((f) => f.key),
    ),
  };
  const found = useQuery({
    queryKey: keys.pages(entity.key, { related: query }),
    queryFn: ({ signal }) => queryRecords(entity.key, query, signal).then((page) => page.items),
  });
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton />;
  const add = can(entity, 'create') && (
    <Button
      icon={<PlusOutlined aria-hidden="true" />}
      onClick={() =>
        void navigate({ to: '/r/$entity/new', params: { entity: entity.key }, search: { [field.key]: row.id } })
      }
    >
      {t.add(title(entity.title, entity.key))}
    </Button>
  );
  if (found.data.length === 0) return <EmptyState title={t.empty}>{add}</EmptyState>;
  return (
    <div className={styles.related}>
      <table>
        <thead>
          <tr>
            {columns.map((f) => (
              <th key={f.key} scope="col">
                {title(f.title, f.key)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {found.data.map((r) => (
            <tr key={r.id}>
              {columns.map((f, i) => (
                <td key={f.key}>
                  {i === 0 ? (
                    <Link to="/r/$entity/$id" params={{ entity: entity.key, id: r.id }}>
                      {f.key === entity.title_field ? (
                        recordTitle(entity, r)
                      ) : (
                        <FieldValue entity={entity} field={f} row={r} />
                      )}
                    </Link>
                  ) : (
                    <FieldValue entity={entity} field={f} row={r} />
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      {add}
    </div>
  );
}
