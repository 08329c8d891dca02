import { useQuery } from '@tanstack/react-query';
import { Alert, Button, Input } from 'antd';
import { useState } from 'react';
import { get, type Schemas, send } from '@/api/client';
import { refusalText } from '@/api/error';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import page from '@/ui/page.module.css';
import { attempt, toast } from '@/ui/toast';
import { settingsTexts } from './texts';

/** Tokens by which scripts and other systems act as this person. */
export function ApiTokens() {
  const t = useTexts(settingsTexts);
  const format = useFormat();
  const [name, setName] = useState('');
  const [made, setMade] = useState('');
  const tokens = useQuery({ queryKey: ['tokens'], queryFn: ({ signal }) => get('/tokens', signal) });
  const make = async () => {
    try {
      const answer = await send<Schemas['NewTokenAnswer']>('POST', '/tokens', { body: { name } });
      setMade(answer.token);
      setName('');
      void tokens.refetch();
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  return (
    <>
      {made && <Alert className={page.section} type="success" title={t.tokenOnce} description={<code>{made}</code>} />}
      <form
        className={`${page.form} ${page.section}`}
        onSubmit={(e) => {
          e.preventDefault();
          void make();
        }}
      >
        <label htmlFor="token-name">
          {t.tokenName}
          <Input id="token-name" value={name} onChange={(e) => setName(e.target.value)} />
        </label>
        <Button htmlType="submit" disabled={!name.trim()}>
          {t.makeToken}
        </Button>
      </form>
      {tokens.data?.items.length === 0 && <p className={page.note}>{t.noTokens}</p>}
      <table className={page.table}>
        <tbody>
          {tokens.data?.items.map((one) => (
            <tr key={one.id}>
              <th scope="row">{one.name}</th>
              <td className={page.meta}>{one.created_at && format.ago(one.created_at)}</td>
              <td className={page.right}>
                <Button
                  size="small"
                  danger
                  onClick={() =>
                    void attempt(async () => {
                      await send('DELETE', `/tokens/${one.id}`);
                      await tokens.refetch();
                    })
                  }
                >
                  {t.revoke}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  );
}
