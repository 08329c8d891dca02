import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Select } from 'antd';
import { refreshEntity } from '@/api/cache';
import { type Schemas, send } from '@/api/client';
import { refusalText } from '@/api/error';
import { restoreRecord } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { defineTexts, useTexts, useTitle } from '@/i18n/texts';
import { can } from '@/meta/meta';
import { UserName } from '@/record/components/UserName';
import { useMeta } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { PageHeader } from '@/ui/PageHeader';
import page from '@/ui/page.module.css';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { toast } from '@/ui/toast';

const texts = defineTexts(
  {
    entity: '哪一类',
    empty: '回收站是空的',
    emptyText: '删除的记录会在这里，可以找回来。',
    restore: '找回',
    restored: (name: string) => `「${name}」已找回`,
    deleted: '删除',
  },
  {
    entity: 'Which records',
    empty: 'The recycle bin is empty',
    emptyText: 'Deleted records are here and can be brought back.',
    restore: 'Restore',
    restored: (name: string) => `Restored “${name}”`,
    deleted: 'Deleted',
  },
);

/** /bin: deleted records that this person may bring back. */
export function Page() {
  const t = useTexts(texts);
  const shell = useTexts(shellTexts);
  const title = useTitle();
  const format = useFormat();
  const meta = useMeta();
  const navigate = useNavigate();
  const search = useSearch({ strict: false }) as { entity?: string };
  const entities = meta.entities.filter((e) => !e.child_of && can(e, 'delete'));
  const key = search.entity ?? entities.find((e) => !e.built_in)?.key ?? entities[0]?.key;
  const found = useQuery({
    queryKey: ['records', key, 'bin'],
    enabled: key !== undefined,
    queryFn: ({ signal }) => send<Schemas['Bin']>('POST', `/records/${key}/bin/query`, { body: {}, signal }),
  });
  const restore = async (id: string, name: string) => {
    try {
      await restoreRecord(key ?? '', id);
      toast({ text: t.restored(name) });
      void found.refetch();
      void refreshEntity(key ?? '');
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  return (
    <>
      <PageHeader title={shell.bin}>
        <Select
          aria-label={t.entity}
          style={{ minWidth: 160 }}
          value={key ?? null}
          options={entities.map((e) => ({ value: e.key, label: title(e.title, e.key) }))}
          onChange={(entity) => void navigate({ to: '/bin', search: { entity } })}
        />
      </PageHeader>
      {found.isError ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton />
      ) : found.data.items.length === 0 ? (
        <EmptyState title={t.empty} text={t.emptyText} />
      ) : (
        <div className={page.scroller}>
          <table className={page.table}>
            <tbody>
              {found.data.items.map((item) => (
                <tr key={item.id}>
                  <th scope="row">{item.title ?? item.id.slice(-6)}</th>
                  <td className={page.meta}>
                    {t.deleted} {item.deleted_at && format.ago(item.deleted_at)}{' '}
                    {item.deleted_by && <UserName entity="user" id={item.deleted_by} />}
                  </td>
                  <td className={page.right}>
                    <Button size="small" onClick={() => void restore(item.id, item.title ?? '')}>
                      {t.restore}
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </>
  );
}
