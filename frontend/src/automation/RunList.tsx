import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button, Segmented } from 'antd';
import { useState } from 'react';
import { type Schemas, send } from '@/api/client';
import { refusalText } from '@/api/error';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { UserName } from '@/record/components/UserName';
import { Tag } from '@/ui/Pill';
import page from '@/ui/page.module.css';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { toast } from '@/ui/toast';
import { WideTable } from '@/ui/WideTable';
import { automationTexts, stateColor, stateText } from './texts';

type Run = Schemas['Runs']['items'][number];

/** Runs of triggers, the youngest first, with their steps. */
export function RunList() {
  const t = useTexts(automationTexts);
  const [state, setState] = useState('');
  const pages = useInfiniteQuery({
    queryKey: ['runs', 'list', state],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      send<Schemas['Runs']>(
        'GET',
        `/runs?${new URLSearchParams({ ...(state ? { state } : {}), ...(pageParam ? { cursor: pageParam } : {}) })}`,
        { signal },
      ),
    getNextPageParam: (p) => p.cursor,
  });
  const runs = pages.data?.pages.flatMap((p) => p.items) ?? [];
  const states = ['', 'waiting', 'running', 'failed', 'done', 'stopped'];
  return (
    <>
      <Segmented
        aria-label={t.state}
        value={state}
        options={states.map((s) => ({ value: s, label: s ? stateText(t, s) : t.all }))}
        onChange={setState}
      />
      {pages.isError ? (
        <ErrorState error={pages.error} retry={() => void pages.refetch()} />
      ) : !pages.data ? (
        <Skeleton />
      ) : runs.length === 0 ? (
        <EmptyState title={t.noRuns} text={t.noRunsText} />
      ) : (
        <WideTable name={t.trigger}>
          <table className={page.table}>
            <thead>
              <tr>
                <th scope="col">{t.trigger}</th>
                <th scope="col">{t.record}</th>
                <th scope="col">{t.state}</th>
                <th scope="col">{t.when}</th>
                <th />
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <RunRow key={run.id} run={run} />
              ))}
            </tbody>
          </table>
          {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{t.more}</Button>}
        </WideTable>
      )}
    </>
  );
}

function RunRow({ run }: { run: Run }) {
  const t = useTexts(automationTexts);
  const format = useFormat();
  const client = useQueryClient();
  const act = async (what: 'retry' | 'cancel' | 'undo') => {
    try {
      await send('POST', `/runs/${run.id}/${what}`, { body: {} });
      void client.invalidateQueries({ queryKey: ['runs'] });
      void client.invalidateQueries({ queryKey: ['records'] });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  return (
    <tr>
      <th scope="row">
        {run.trigger}
        {run.error && <p className={page.bad}>{run.error.message}</p>}
      </th>
      <td>
        {run.entity && run.record && (
          <Link to="/r/$entity/$id" params={{ entity: run.entity, id: run.record }}>
            <UserName entity={run.entity} id={run.record} />
          </Link>
        )}
      </td>
      <td>
        <Tag color={stateColor[run.state]}>{stateText(t, run.state)}</Tag>
      </td>
      <td className={page.meta}>
        <time dateTime={run.at} title={format.dateTime(run.at)}>
          {format.ago(run.at)}
        </time>
      </td>
      <td className={page.right}>
        {run.state === 'failed' && (
          <Button size="small" onClick={() => void act('retry')}>
            {t.retry}
          </Button>
        )}
        {['waiting', 'running'].includes(run.state) && (
          <Button size="small" onClick={() => void act('cancel')}>
            {t.cancel}
          </Button>
        )}
        {run.state === 'done' && (
          <Button size="small" type="text" onClick={() => void act('undo')}>
            {t.undo}
          </Button>
        )}
      </td>
    </tr>
  );
}
