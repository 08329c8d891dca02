import {
  AppstoreOutlined,
  BarChartOutlined,
  CheckSquareOutlined,
  ProjectOutlined,
  SunOutlined,
  UnorderedListOutlined,
} from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { keys } from '@/api/cache';
import { useLive } from '@/api/live';
import { queryRecords, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useLanguage } from '@/i18n/language';
import { useTexts } from '@/i18n/texts';
import { useMe, useMeta } from '@/session/session';
import styles from './Navigation.module.css';
import { type NavigationItem, navigationGroups } from './navigation';
import { shellTexts } from './texts';

const icons: Record<NavigationItem['icon'], ReactNode> = {
  list: <UnorderedListOutlined aria-hidden="true" />,
  board: <ProjectOutlined aria-hidden="true" />,
  dashboard: <BarChartOutlined aria-hidden="true" />,
  entity: <AppstoreOutlined aria-hidden="true" />,
};

/** The pages of this person's templates, with what waits in each. */
export function Navigation() {
  const t = useTexts(shellTexts);
  const lang = useLanguage();
  const meta = useMeta();
  const me = useMe();
  return (
    <nav className={styles.navigation} aria-label={t.navigation}>
      <Entry to="/" title={t.today} icon={<SunOutlined aria-hidden="true" />} />
      <Entry
        to="/tasks"
        title={t.tasks}
        icon={<CheckSquareOutlined aria-hidden="true" />}
        count={
          <Count
            entity="task"
            where={{
              all: [
                ['owner', '=', { me: true }],
                ['state', '=', 'open'],
              ],
            }}
            hot
          />
        }
      />
      {navigationGroups(meta, lang, t.reports).map((group) => (
        <section key={group.key}>
          <h2>{group.title}</h2>
          {group.items.map((item) => (
            <Entry
              key={item.key}
              to={item.to}
              search={item.search}
              title={item.title}
              icon={icons[item.icon]}
              count={
                item.icon === 'list' &&
                item.entity && <Count entity={item.entity} where={whereOf(meta.views, item.view)} />
              }
            />
          ))}
        </section>
      ))}
      {me.admin && <Administration />}
    </nav>
  );
}

const whereOf = (views: { key: string; where?: unknown }[], key: string | undefined) =>
  views.find((v) => v.key === key)?.where as Where | undefined;

function Administration() {
  const t = useTexts(shellTexts);
  const pages = [
    ['/templates', t.templates],
    ['/import', t.imports],
    ['/people', t.people],
    ['/roles', t.roles],
    ['/automation', t.automation],
    ['/bin', t.bin],
    ['/settings', t.settings],
  ] as const;
  return (
    <section>
      <h2>{t.administration}</h2>
      {pages.map(([to, title]) => (
        <Entry key={to} to={to} title={title} icon={<AppstoreOutlined aria-hidden="true" />} />
      ))}
    </section>
  );
}

type EntryProps = { to: string; search?: Record<string, string>; title: string; icon: ReactNode; count?: ReactNode };

function Entry({ to, search, title, icon, count }: EntryProps) {
  const here = useLocation();
  const view = (here.search as Record<string, unknown>).view;
  const on = here.pathname === to && (search?.view === undefined || view === search.view);
  return (
    <Link to={to} search={search ?? {}} className={on ? styles.on : undefined} aria-current={on ? 'page' : undefined}>
      {icon}
      <span className="ellipsis">{title}</span>
      {count}
    </Link>
  );
}

/** How many records a view has, up to a thousand, live. */
function Count({ entity, where, hot = false }: { entity: string; where?: Where; hot?: boolean }) {
  const format = useFormat();
  useLive(entity, where);
  const count = useQuery({
    queryKey: keys.count(entity, where),
    queryFn: ({ signal }) => queryRecords(entity, { where, limit: 1, count: 'capped', fields: ['id'] }, signal),
  }).data;
  if (!count?.count) return null;
  const text = format.number(count.count) + (count.exact === false ? '+' : '');
  return <span className={`${styles.count} ${hot ? styles.hot : ''} number`}>{text}</span>;
}
