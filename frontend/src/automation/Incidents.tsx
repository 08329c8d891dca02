import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { type Schemas, send } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import page from '@/ui/page.module.css';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { attempt } from '@/ui/toast';
import { automationTexts } from './texts';

/** What went wrong by itself, and how often. */
export function Incidents() {
  const t = useTexts(automationTexts);
  const format = useFormat();
  const found = useQuery({
    queryKey: ['incidents'],
    queryFn: ({ signal }) => send<Schemas['Incidents']>('GET', '/incidents', { signal }),
  });
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton />;
  if (found.data.items.length === 0) return <EmptyState title={t.noIncidents} text={t.noIncidentsText} />;
  return (
    <table className={page.table}>
      <tbody>
        {found.data.items.map((i) => (
          <tr key={i.id}>
            <th scope="row">
              {i.text}
              <p className={page.meta}>
                {i.detail} {(i.chain ?? []).map((c) => c.key).join(' → ')}
              </p>
            </th>
            <td>
              {i.entity && i.record && (
                <Link to="/r/$entity/$id" params={{ entity: i.entity, id: i.record }}>
                  {t.record}
                </Link>
              )}
            </td>
            <td className={page.meta}>
              {format.ago(i.last_at)} · {t.times(i.count)}
            </td>
            <td className={page.right}>
              {i.open && (
                <Button
                  size="small"
                  onClick={() =>
                    void attempt(async () => {
                      await send('POST', `/incidents/${i.id}/close`, { body: {} });
                      await found.refetch();
                    })
                  }
                >
                  {t.close}
                </Button>
              )}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
