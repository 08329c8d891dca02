import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Button } from 'antd';
import { type Schemas, send } from '@/api/client';
import { useFormat } from '@/i18n/format';
import { defineTexts, useTexts, useTitle } from '@/i18n/texts';
import { shellTexts } from '@/shell/texts';
import { PageHeader } from '@/ui/PageHeader';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import { attempt } from '@/ui/toast';
import styles from './Page.module.css';

const texts = defineTexts(
  {
    readAll: '全部标为已读',
    empty: '没有通知',
    emptyText: '有人提到你、任务到期、线索分给你时，会在这里看到。',
    more: '更早的',
    unread: '未读',
  },
  {
    readAll: 'Mark all as read',
    empty: 'No notifications',
    emptyText: 'You will see here when somebody mentions you, a task is due or a lead is assigned to you.',
    more: 'Earlier',
    unread: 'Unread',
  },
);

/** /inbox: messages to this person, the youngest first. */
export function Page() {
  const t = useTexts(texts);
  const shell = useTexts(shellTexts);
  const client = useQueryClient();
  const pages = useInfiniteQuery({
    queryKey: ['notifications', 'list'],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      send<Schemas['Notifications']>('GET', `/notifications${pageParam ? `?cursor=${pageParam}` : ''}`, { signal }),
    getNextPageParam: (page) => page.cursor,
  });
  const items = pages.data?.pages.flatMap((p) => p.items) ?? [];
  const read = (body: { ids?: string[]; all?: boolean }) =>
    attempt(async () => {
      await send('POST', '/notifications/read', { body });
      await client.invalidateQueries({ queryKey: ['notifications'] });
    });
  return (
    <>
      <PageHeader title={shell.inbox}>
        <Button disabled={!items.some((i) => !i.read)} onClick={() => void read({ all: true })}>
          {t.readAll}
        </Button>
      </PageHeader>
      {pages.isError ? (
        <ErrorState error={pages.error} retry={() => void pages.refetch()} />
      ) : !pages.data ? (
        <Skeleton />
      ) : items.length === 0 ? (
        <EmptyState title={t.empty} text={t.emptyText} />
      ) : (
        <div className={styles.scroller}>
          <ul className={styles.list}>
            {items.map((n) => (
              <Notification key={n.id} notification={n} read={() => void read({ ids: [n.id] })} />
            ))}
          </ul>
          {pages.hasNextPage && <Button onClick={() => void pages.fetchNextPage()}>{t.more}</Button>}
        </div>
      )}
    </>
  );
}

function Notification({ notification: n, read }: { notification: Schemas['Notification']; read: () => void }) {
  const t = useTexts(texts);
  const title = useTitle();
  const format = useFormat();
  const text = (
    <>
      {!n.read && (
        <i className={styles.dot}>
          <span className="visually-hidden">{t.unread}</span>
        </i>
      )}
      <span>{title(n.text)}</span>
      <time dateTime={n.at} title={format.dateTime(n.at)}>
        {format.ago(n.at)}
      </time>
    </>
  );
  return (
    <li className={n.read ? styles.read : undefined}>
      {n.entity && n.record ? (
        <Link to="/r/$entity/$id" params={{ entity: n.entity, id: n.record }} onClick={() => !n.read && read()}>
          {text}
        </Link>
      ) : (
        <button type="button" onClick={() => !n.read && read()}>
          {text}
        </button>
      )}
    </li>
  );
}
