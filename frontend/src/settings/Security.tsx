import { useQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import { get, send } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import page from '@/ui/page.module.css';
import { ErrorState } from '@/ui/State';
import { attempt } from '@/ui/toast';
import { OwnPassword } from './OwnPassword';
import { settingsTexts } from './texts';

/** The own password, and the devices that are logged in. */
export function Security() {
  const t = useTexts(settingsTexts);
  const format = useFormat();
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => get('/sessions', signal) });
  const end = (id?: string) =>
    attempt(async () => {
      await send('DELETE', id ? `/sessions/${id}` : '/sessions');
      await sessions.refetch();
    });
  const others = sessions.data?.items.some((s) => !s.current) ?? false;
  return (
    <>
      <OwnPassword changed={() => void sessions.refetch()} />
      <section className={page.section}>
        <h2>{t.sessions}</h2>
        {sessions.isError && <ErrorState error={sessions.error} retry={() => void sessions.refetch()} />}
        <table className={page.table} aria-label={t.sessions}>
          <tbody>
            {sessions.data?.items.map((s) => (
              <tr key={s.id}>
                <td>{s.agent?.slice(0, 80)}</td>
                <td className={page.meta}>
                  {s.address} {s.used_at && t.used(format.ago(s.used_at))}
                </td>
                <td className={page.right}>
                  {s.current ? (
                    t.thisOne
                  ) : (
                    <Button size="small" onClick={() => void end(s.id)}>
                      {t.end}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        {others && <Button onClick={() => void end()}>{t.endOthers}</Button>}
      </section>
    </>
  );
}
