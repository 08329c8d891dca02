import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { type Schemas, send } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { Tag } from '@/ui/Pill';
import page from '@/ui/page.module.css';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { attempt } from '@/ui/toast';
import { WideTable } from '@/ui/WideTable';
import { automationTexts, stateColor, stateText } from './texts';

/** What waits, runs or failed in the background. */
export function Jobs() {
  const t = useTexts(automationTexts);
  const format = useFormat();
  const found = useQuery({
    queryKey: ['jobs'],
    queryFn: ({ signal }) => send<Schemas['Jobs']>('GET', '/jobs', { signal }),
    refetchInterval: 5000,
  });
  if (found.isError) return <ErrorState error={found.error} retry={() => void found.refetch()} />;
  if (!found.data) return <Skeleton />;
  if (found.data.items.length === 0) return <EmptyState title={t.noJobs} text={t.noJobsText} />;
  const act = (id: string, what: 'retry' | 'cancel') =>
    void attempt(async () => {
      await send('POST', `/jobs/${encodeURIComponent(id)}/${what}`, { body: {} });
      await found.refetch();
    });
  return (
    <WideTable name={t.kind}>
      <table className={page.table}>
        <thead>
          <tr>
            <th scope="col">{t.kind}</th>
            <th scope="col">{t.state}</th>
            <th scope="col">{t.due}</th>
            <th scope="col">{t.attempts}</th>
            <th scope="col">{t.error}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {found.data.items.map((j) => (
            <tr key={j.id}>
              <th scope="row">{j.kind}</th>
              <td>
                <Tag color={stateColor[j.state]}>{stateText(t, j.state)}</Tag>
              </td>
              <td className="number">{format.dateTime(j.due)}</td>
              <td className="number">{j.attempts}</td>
              <td className={page.bad}>{j.error}</td>
              <td className={page.right}>
                {j.state === 'failed' && (
                  <Button size="small" onClick={() => act(j.id, 'retry')}>
                    {t.retryJob}
                  </Button>
                )}
                {j.state === 'waiting' && j.kind !== 'schedule' && (
                  <Button size="small" onClick={() => act(j.id, 'cancel')}>
                    {t.cancel}
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </WideTable>
  );
}
