import { BellOutlined, CheckSquareOutlined, SunOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { Link, useLocation } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useLanguage } from '@/i18n/language';
import { useTexts } from '@/i18n/texts';
import { useMeta } from '@/session/session';
import { navigationGroups } from './navigation';
import styles from './PhoneTabs.module.css';
import { shellTexts } from './texts';

/** The pages that a thumb reaches on a phone: today, the first list of the templates, tasks, messages. */
export function PhoneTabs() {
  const t = useTexts(shellTexts);
  const lang = useLanguage();
  const first = navigationGroups(useMeta(), lang, t.reports)
    .flatMap((g) => g.items)
    .find((i) => i.icon === 'list');
  return (
    <nav className={styles.tabs} aria-label={t.quick}>
      <Tab to="/" title={t.today} icon={<SunOutlined aria-hidden="true" />} />
      {first && (
        <Tab
          to={first.to}
          search={first.search}
          title={first.title}
          icon={<UnorderedListOutlined aria-hidden="true" />}
        />
      )}
      <Tab to="/tasks" title={t.tasks} icon={<CheckSquareOutlined aria-hidden="true" />} />
      <Tab to="/inbox" title={t.inbox} icon={<BellOutlined aria-hidden="true" />} />
    </nav>
  );
}

function Tab({
  to,
  search,
  title,
  icon,
}: {
  to: string;
  search?: Record<string, string>;
  title: string;
  icon: ReactNode;
}) {
  const on = useLocation().pathname === to;
  return (
    <Link to={to} search={search ?? {}} aria-current={on ? 'page' : undefined}>
      {icon}
      <span className="ellipsis">{title}</span>
    </Link>
  );
}
