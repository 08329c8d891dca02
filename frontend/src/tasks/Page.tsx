import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Button, Segmented } from 'antd';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { queryRecords, type RecordRow, type Where } from '@/api/records';
import { defineTexts, useTexts } from '@/i18n/texts';
import { TaskRow } from '@/record/components/Tasks';
import { useMeta } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { PageHeader } from '@/ui/PageHeader';
import { EmptyState, ErrorState, Skeleton } from '@/ui/State';
import styles from './Page.module.css';

export const taskTexts = defineTexts(
  {
    mine: '我的',
    all: '全部',
    done: '已完成',
    late: '已超时',
    today: '今天',
    later: '以后',
    noDue: '没有期限',
    empty: '没有任务',
    emptyText: '记录上的待办，触发器建的任务，都在这里。',
    new: '新建任务',
  },
  {
    mine: 'Mine',
    all: 'All',
    done: 'Done',
    late: 'Overdue',
    today: 'Today',
    later: 'Later',
    noDue: 'No due date',
    empty: 'No tasks',
    emptyText: 'To-dos of records and tasks made by triggers are here.',
    new: 'New task',
  },
);

/** /tasks: what is to be done, by when it is due. */
export function Page() {
  const t = useTexts(taskTexts);
  const shell = useTexts(shellTexts);
  const search = useSearch({ strict: false }) as { show?: string };
  const navigate = useNavigate();
  const show = search.show ?? 'mine';
  const mine: Where = ['owner', '=', { me: true }];
  const where: Where = { all: [...(show === 'all' ? [] : [mine]), ['state', '=', show === 'done' ? 'done' : 'open']] };
  useLive('task', where);
  const found = useQuery({
    queryKey: keys.pages('task', { show }),
    queryFn: ({ signal }) =>
      queryRecords(
        'task',
        { where, sort: show === 'done' ? ['-updated_at'] : ['due'], limit: 500, expand: ['owner'] },
        signal,
      ).then((p) => p.items),
  });
  return (
    <>
      <PageHeader title={shell.tasks}>
        <Segmented
          value={show}
          options={[
            { value: 'mine', label: t.mine },
            { value: 'all', label: t.all },
            { value: 'done', label: t.done },
          ]}
          onChange={(v) => void navigate({ to: '/tasks', search: { show: v === 'mine' ? undefined : v } })}
        />
        <Button type="primary" onClick={() => void navigate({ to: '/r/$entity/new', params: { entity: 'task' } })}>
          {t.new}
        </Button>
      </PageHeader>
      {found.isError ? (
        <ErrorState error={found.error} retry={() => void found.refetch()} />
      ) : !found.data ? (
        <Skeleton />
      ) : found.data.length === 0 ? (
        <EmptyState title={t.empty} text={t.emptyText} />
      ) : (
        <div className={styles.scroller}>
          {dueGroups(found.data).map((g) => (
            <section key={g.key} className={styles.group}>
              <h2>{show === 'done' ? t.done : t[g.key]}</h2>
              <ul>
                {g.tasks.map((task) => (
                  <TaskRow key={task.id} task={task}>
                    <TaskTitle task={task} />
                  </TaskRow>
                ))}
              </ul>
            </section>
          ))}
        </div>
      )}
    </>
  );
}

/** The title of a task as a link to the record that it is about. */
export function TaskTitle({ task }: { task: RecordRow }) {
  const meta = useMeta();
  const title = String(task.title ?? '');
  const about =
    typeof task.entity === 'string' &&
    typeof task.record === 'string' &&
    meta.entities.some((e) => e.key === task.entity);
  const [entity, id] = about ? [String(task.entity), String(task.record)] : ['task', task.id];
  return (
    <Link to="/r/$entity/$id" params={{ entity, id }}>
      {title}
    </Link>
  );
}

type Due = 'late' | 'today' | 'later' | 'noDue';

/** Tasks by when they are due. */
export function dueGroups(tasks: RecordRow[], now = new Date()): { key: Due; tasks: RecordRow[] }[] {
  const end = new Date(now);
  end.setHours(23, 59, 59, 999);
  const keyOf = (task: RecordRow): Due => {
    if (typeof task.due !== 'string') return 'noDue';
    const due = Date.parse(task.due);
    if (due < now.getTime()) return 'late';
    return due <= end.getTime() ? 'today' : 'later';
  };
  return (['late', 'today', 'later', 'noDue'] as const)
    .map((key) => ({ key, tasks: tasks.filter((one) => keyOf(one) === key) }))
    .filter((g) => g.tasks.length > 0);
}
