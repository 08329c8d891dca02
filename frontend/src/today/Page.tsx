import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { queryRecords, type Where } from '@/api/records';
import { WidgetCard } from '@/dashboard/components/WidgetCard';
import { useFormat } from '@/i18n/format';
import { defineTexts, useTexts, useTitle } from '@/i18n/texts';
import { entityOf } from '@/meta/meta';
import { TaskRow } from '@/record/components/Tasks';
import { type Recent, useRecent } from '@/record/lib/recent';
import { useMe, useMeta, usePreference } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { dueGroups, TaskTitle, taskTexts } from '@/tasks/Page';
import { PageHeader } from '@/ui/PageHeader';
import styles from './Page.module.css';

const texts = defineTexts(
  {
    morning: (name: string) => `${name}，早上好`,
    afternoon: (name: string) => `${name}，下午好`,
    evening: (name: string) => `${name}，晚上好`,
    tasks: '我的任务',
    noTasks: '没有要做的任务。',
    allTasks: '全部任务',
    recent: '最近看过',
    starred: '收藏',
    nothingRecent: '看过的记录会列在这里。',
    figures: '数字',
    begin: '从这里开始',
    beginText: '装一个模板，屏幕、表单和自动化就都有了。',
    toTemplates: '看看模板',
  },
  {
    morning: (name: string) => `Good morning, ${name}`,
    afternoon: (name: string) => `Good afternoon, ${name}`,
    evening: (name: string) => `Good evening, ${name}`,
    tasks: 'My tasks',
    noTasks: 'Nothing to do.',
    allTasks: 'All tasks',
    recent: 'Recently viewed',
    starred: 'Starred',
    nothingRecent: 'Records that you have looked at are listed here.',
    figures: 'Figures',
    begin: 'Start here',
    beginText: 'Install a template, and its screens, forms and automation are there.',
    toTemplates: 'See the templates',
  },
);

/** /: what waits for this person today. */
export function Page() {
  const t = useTexts(texts);
  const shell = useTexts(shellTexts);
  const format = useFormat();
  const me = useMe();
  const meta = useMeta();
  const hour = Number(format.time(new Date()).slice(0, 2));
  const greeting = hour < 12 ? t.morning : hour < 18 ? t.afternoon : t.evening;
  const recent = useRecent();
  const [stars] = usePreference<Recent[]>('starred', []);
  const numbers = meta.dashboards.flatMap((d) => d.widgets.filter((w) => w.type === 'number')).slice(0, 4);
  return (
    <>
      <PageHeader title={shell.today} sub={`${format.day(new Date())} ${format.weekday(format.day(new Date()))}`} />
      <div className={styles.page}>
        <h2 className={styles.greeting}>{greeting(me.name)}</h2>
        {numbers.length > 0 && (
          <div className={styles.figures}>
            {numbers.map((w) => (
              <WidgetCard key={w.key} widget={w} />
            ))}
          </div>
        )}
        {meta.menus.length === 0 && me.admin && (
          <section className={styles.card}>
            <h3>{t.begin}</h3>
            <p>{t.beginText}</p>
            <Link to="/templates">{t.toTemplates}</Link>
          </section>
        )}
        <div className={styles.columns}>
          <MyTasks />
          <div>
            {stars.length > 0 && <Records title={t.starred} records={stars} />}
            <Records title={t.recent} records={recent} empty={t.nothingRecent} />
          </div>
        </div>
      </div>
    </>
  );
}

function MyTasks() {
  const t = useTexts(texts);
  const due = useTexts(taskTexts);
  const where: Where = {
    all: [
      ['owner', '=', { me: true }],
      ['state', '=', 'open'],
    ],
  };
  useLive('task', where);
  const tasks = useQuery({
    queryKey: keys.pages('task', { today: true }),
    queryFn: ({ signal }) => queryRecords('task', { where, sort: ['due'], limit: 30 }, signal).then((p) => p.items),
  }).data;
  return (
    <section className={styles.card}>
      <h3>
        {t.tasks}
        <Link to="/tasks">{t.allTasks}</Link>
      </h3>
      {tasks?.length === 0 && <p>{t.noTasks}</p>}
      {dueGroups(tasks ?? []).map((g) => (
        <div key={g.key}>
          <h4 className={g.key === 'late' ? styles.late : undefined}>{due[g.key]}</h4>
          <ul>
            {g.tasks.map((task) => (
              <TaskRow key={task.id} task={task}>
                <TaskTitle task={task} />
              </TaskRow>
            ))}
          </ul>
        </div>
      ))}
    </section>
  );
}

function Records({ title, records, empty }: { title: string; records: Recent[]; empty?: string }) {
  const name = useTitle();
  const meta = useMeta();
  return (
    <section className={styles.card}>
      <h3>{title}</h3>
      {records.length === 0 && <p>{empty}</p>}
      <ul>
        {records.slice(0, 8).map((r) => (
          <li key={r.id} className={styles.record}>
            <Link to="/r/$entity/$id" params={{ entity: r.entity, id: r.id }} className="ellipsis">
              {r.title}
            </Link>
            <small>{name(entityOf(meta, r.entity)?.title, r.entity)}</small>
          </li>
        ))}
      </ul>
    </section>
  );
}
