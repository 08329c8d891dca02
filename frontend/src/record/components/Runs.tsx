import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button } from 'antd';
import { refreshEntity } from '@/api/cache';
import { type Schemas, send } from '@/api/client';
import { refusalText } from '@/api/error';
import type { RecordRow } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import type { EntityMeta } from '@/meta/meta';
import { useMe } from '@/session/session';
import { toast } from '@/ui/toast';
import { recordTexts } from '../texts';
import styles from './SidePanel.module.css';

/** What triggers did with a record; a failed run goes on from its step, a done one can be taken back. */
export function Runs({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const format = useFormat();
  const me = useMe();
  const client = useQueryClient();
  const runs = useQuery({
    queryKey: ['runs', entity.key, row.id],
    enabled: me.admin,
    queryFn: ({ signal }) => send<Schemas['Runs']>('GET', `/runs?entity=${entity.key}&id=${row.id}`, { signal }),
  }).data?.items;
  if (!runs?.length) return null;
  const act = async (id: string, what: 'retry' | 'undo') => {
    try {
      await send('POST', `/runs/${id}/${what}`, { body: {} });
      void client.invalidateQueries({ queryKey: ['runs'] });
      void refreshEntity(entity.key);
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  return (
    <section>
      <h2>{t.automation}</h2>
      {runs.slice(0, 10).map((run) => (
        <div key={run.id} className={styles.run}>
          <span className="ellipsis" title={run.at && format.dateTime(run.at)}>
            {run.trigger} · {run.state}
          </span>
          {run.state === 'failed' && (
            <Button size="small" onClick={() => void act(run.id, 'retry')}>
              {t.retry}
            </Button>
          )}
          {run.state === 'done' && (
            <Button size="small" type="text" onClick={() => void act(run.id, 'undo')}>
              {t.undoRun}
            </Button>
          )}
        </div>
      ))}
    </section>
  );
}
