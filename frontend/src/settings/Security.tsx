import { useQuery } from '@tanstack/react-query';
import { Button, Input } from 'antd';
import { useState } from 'react';
import { get, send } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { refusalText } from '@/list/useCellChanges';
import { useMe } from '@/session/session';
import page from '@/ui/page.module.css';
import { toast } from '@/ui/toast';
import { settingsTexts } from './texts';

/** The own password, and the devices that are logged in. */
export function Security() {
  const t = useTexts(settingsTexts);
  const format = useFormat();
  const me = useMe();
  const [password, setPassword] = useState('');
  const [error, setError] = useState('');
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: ({ signal }) => get('/sessions', signal) });
  const change = async () => {
    setError('');
    try {
      await send('PUT', `/users/${me.id}/password`, { body: { password } });
      setPassword('');
      toast({ text: t.passwordChanged });
      void sessions.refetch();
    } catch (err) {
      setError(refusalText(err));
    }
  };
  const end = async (id?: string) => {
    await send('DELETE', id ? `/sessions/${id}` : '/sessions');
    void sessions.refetch();
  };
  return (
    <>
      <form
        className={`${page.form} ${page.section}`}
        onSubmit={(e) => {
          e.preventDefault();
          void change();
        }}
      >
        <label htmlFor="new-password">
          {t.newPassword}
          <Input.Password
            id="new-password"
            autoComplete="new-password"
            value={password}
            status={error ? 'error' : undefined}
            aria-describedby="new-password-problem"
            onChange={(e) => setPassword(e.target.value)}
          />
        </label>
        {error && (
          <p id="new-password-problem" role="alert" className={page.bad}>
            {error}
          </p>
        )}
        <Button htmlType="submit" disabled={!password}>
          {t.changePassword}
        </Button>
      </form>
      <section className={page.section}>
        <h2>{t.sessions}</h2>
        <table className={page.table}>
          <tbody>
            {sessions.data?.items.map((s) => (
              <tr key={s.id}>
                <td>{s.agent?.slice(0, 80)}</td>
                <td className={page.meta}>
                  {s.address} {s.used_at && t.used(format.ago(s.used_at))}
                </td>
                <td className={page.right}>
                  <Button size="small" onClick={() => void end(s.id)}>
                    {t.end}
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <Button onClick={() => void end()}>{t.endOthers}</Button>
      </section>
    </>
  );
}
