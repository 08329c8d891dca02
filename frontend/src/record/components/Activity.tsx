import { EditOutlined, SwapOutlined, ThunderboltOutlined } from '@ant-design/icons';
import { useInfiniteQuery } from '@tanstack/react-query';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { type Schemas, send } from '@/api/client';
import type { RecordRow } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { useFormat } from '@/i18n/format';
import { useJoin, useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf } from '@/meta/meta';
import { Avatar } from '@/ui/Avatar';
import { ErrorState, Skeleton } from '@/ui/State';
import { recordTexts, sourceTexts } from '../texts';
import styles from './Activity.module.css';
import { CommentBox } from './CommentBox';
import { useHistory } from './History';
import { useName } from './UserName';

type HistoryItem = Schemas['History']['items'][number];
type Comment = Schemas['Comment'];
type Entry = { at: string; key: string; node: ReactNode };

/** What happened to a record, the youngest first: changes, moves, comments, and what weft did by itself. */
export function Activity({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const format = useFormat();
  const history = useHistory(entity, row);
  const comments = useComments(entity.key, row.id);
  if (history.isError) return <ErrorState error={history.error} retry={() => void history.refetch()} />;
  if (!history.data) return <Skeleton />;
  const entries: Entry[] = [
    ...history.data.pages
      .flatMap((p) => p.items)
      .map((i) => ({ at: i.at, key: `rev-${i.rev}`, node: <ChangeEntry entity={entity} row={row} item={i} /> })),
    ...(comments.data?.pages ?? [])
      .flatMap((p) => p.items)
      .map((c) => ({ at: c.at, key: c.id, node: <CommentEntry comment={c} /> })),
  ].sort((a, b) => b.at.localeCompare(a.at));
  const days = new Map<string, Entry[]>();
  for (const e of entries) days.set(format.day(e.at), [...(days.get(format.day(e.at)) ?? []), e]);
  return (
    <>
      <CommentBox entity={entity.key} id={row.id} />
      {[...days].map(([day, list]) => (
        <section key={day} className={styles.day}>
          <h3>
            {format.weekday(day)} · {day}
          </h3>
          <ol>
            {list.map((e) => (
              <li key={e.key}>{e.node}</li>
            ))}
          </ol>
        </section>
      ))}
      {history.hasNextPage && <Button onClick={() => void history.fetchNextPage()}>{t.more}</Button>}
    </>
  );
}

export const useComments = (entity: string, id: string) =>
  useInfiniteQuery({
    queryKey: ['records', entity, 'comments', id],
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) =>
      send<Schemas['Comments']>('GET', `/records/${entity}/${id}/comments${pageParam ? `?cursor=${pageParam}` : ''}`, {
        signal,
      }),
    getNextPageParam: (page) => page.cursor,
  });

const machineSources = ['trigger', 'script', 'import', 'public'];

function ChangeEntry({ entity, row, item }: { entity: EntityMeta; row: RecordRow; item: HistoryItem }) {
  const t = useTexts(recordTexts);
  const join = useJoin();
  const sources = useTexts(sourceTexts);
  const title = useTitle();
  const format = useFormat();
  const name = useName('user', item.by);
  const automatic = machineSources.includes(item.source) || !item.by;
  const stage = (entity.machines ?? []).find((m) => item.changes[m.field] !== undefined && item.rev > 1);
  const field = stage && fieldOf(entity, stage.field);
  const changed = Object.keys(item.changes).map((key) => title(fieldOf(entity, key)?.title, key));
  return (
    <>
      <span className={automatic ? styles.machine : styles.sign} aria-hidden="true">
        {automatic ? (
          <ThunderboltOutlined />
        ) : stage ? (
          <SwapOutlined />
        ) : item.rev === 1 ? (
          <Avatar name={name} size={28} />
        ) : (
          <EditOutlined />
        )}
      </span>
      <div className={styles.what}>
        <b>{name || t.nobody}</b>{' '}
        {field ? (
          <>
            {t.moved}{' '}
            <FieldValue entity={entity} field={field} row={{ ...row, [field.key]: item.changes[field.key]?.from }} /> →{' '}
            <FieldValue entity={entity} field={field} row={{ ...row, [field.key]: item.changes[field.key]?.to }} />
          </>
        ) : item.rev === 1 ? (
          t.created
        ) : (
          t.changed(join(changed.slice(0, 4)) + (changed.length > 4 ? ` +${changed.length - 4}` : ''))
        )}
        <small>
          {sources[item.source]}
          {item.depth ? ` · ↳ ${item.depth}` : ''}
        </small>
      </div>
      <time dateTime={item.at} title={format.dateTime(item.at)} className="number">
        {format.time(item.at)}
      </time>
    </>
  );
}

function CommentEntry({ comment }: { comment: Comment }) {
  const format = useFormat();
  const name = useName('user', comment.by);
  return (
    <>
      <Avatar name={name} size={28} />
      <div className={styles.comment}>
        <b>{name}</b>
        <p>
          <CommentText text={comment.text} />
        </p>
      </div>
      <time dateTime={comment.at} title={format.dateTime(comment.at)} className="number">
        {format.time(comment.at)}
      </time>
    </>
  );
}

/** A comment names people by their ids, which stay when a name changes. */
function CommentText({ text }: { text: string }) {
  let at = 0;
  const parts = text.split(/(@\{[0-9a-f-]{36}\})/).map((part) => {
    at += part.length;
    return { part, at };
  });
  return parts.map((p) => (p.part.startsWith('@{') ? <Mention key={p.at} id={p.part.slice(2, -1)} /> : p.part));
}

function Mention({ id }: { id: string }) {
  return <span className={styles.mention}>@{useName('user', id)}</span>;
}
