import { BellOutlined, MenuOutlined, SearchOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Drawer } from 'antd';
import { useCallback, useEffect, useState } from 'react';
import { KeyboardHelp } from '@/actions/KeyboardHelp';
import { openPalette, Palette } from '@/actions/Palette';
import { keyLabel, useShortcuts } from '@/actions/shortcuts';
import { cache } from '@/api/cache';
import { type Schemas, send } from '@/api/client';
import { useLiveNotifications } from '@/api/live';
import { ErrorBoundary } from '@/app/ErrorBoundary';
import { useTexts } from '@/i18n/texts';
import { usePreference, useSettings } from '@/session/session';
import { Mark } from '@/ui/Mark';
import { useMedia, usePhone } from '@/ui/media';
import { ToastArea } from '@/ui/toast';
import { ConnectionBar } from './ConnectionBar';
import { Navigation } from './Navigation';
import { PersonMenu } from './PersonMenu';
import { PhoneTabs } from './PhoneTabs';
import styles from './Shell.module.css';
import { shellTexts } from './texts';
import { UpdateNotice } from './UpdateNotice';
import { useShellActions } from './useShellActions';

/** The frame of every page: navigation at the left, the page as a sheet. */
export function Shell() {
  const phone = usePhone();
  const rail = useMedia('(min-width: 768px) and (max-width: 1199px)');
  const [lettersOn] = usePreference('shortcuts', true);
  useShortcuts(lettersOn);
  useShellActions();
  return (
    <div className={`${styles.app} ${phone ? styles.phone : ''} ${rail ? styles.rail : ''}`}>
      {phone || rail ? <Bar /> : <Side />}
      <main className={styles.sheet}>
        <UpdateNotice />
        <ConnectionBar />
        <Page />
      </main>
      {phone && <PhoneTabs />}
      <Palette />
      <KeyboardHelp />
      <ToastArea />
    </div>
  );
}

/** A page that fails leaves the frame standing, and the next address begins anew. */
function Page() {
  const { pathname } = useLocation();
  return (
    <ErrorBoundary key={pathname}>
      <Outlet />
    </ErrorBoundary>
  );
}

function Side() {
  const { name } = useSettings();
  return (
    <div className={styles.side}>
      <div className={styles.organisation}>
        <Mark />
        <b className="ellipsis">{name || 'weft'}</b>
        <span className={styles.space} />
        <Bell />
      </div>
      <SearchButton />
      <Navigation />
      <PersonMenu />
    </div>
  );
}

/** On phones and narrow windows the navigation opens from a button. */
function Bar() {
  const t = useTexts(shellTexts);
  const { name } = useSettings();
  const [open, setOpen] = useState(false);
  const { pathname, searchStr } = useLocation();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the menu closes when the address changes
  useEffect(() => setOpen(false), [pathname, searchStr]);
  return (
    <header className={styles.bar}>
      <button
        type="button"
        className={styles.icon}
        aria-label={t.menu}
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <MenuOutlined aria-hidden="true" />
      </button>
      <b className="ellipsis">{name || 'weft'}</b>
      <span className={styles.space} />
      <button type="button" className={styles.icon} aria-label={t.search} onClick={openPalette}>
        <SearchOutlined aria-hidden="true" />
      </button>
      <Bell />
      <Drawer placement="left" size={280} open={open} onClose={() => setOpen(false)} title={name || 'weft'}>
        <div className={styles.drawer}>
          <Navigation />
          <PersonMenu />
        </div>
      </Drawer>
    </header>
  );
}

function SearchButton() {
  const t = useTexts(shellTexts);
  return (
    <button type="button" className={styles.search} onClick={openPalette}>
      <SearchOutlined aria-hidden="true" />
      <span>{t.search}</span>
      <kbd>{keyLabel('ctrl+k')}</kbd>
    </button>
  );
}

function Bell() {
  const t = useTexts(shellTexts);
  const unread = useQuery({
    queryKey: ['notifications', 'unread'],
    queryFn: ({ signal }) => send<Schemas['Notifications']>('GET', '/notifications?unread=true&limit=100', { signal }),
  }).data?.unread;
  useLiveNotifications(useCallback(() => void cache.invalidateQueries({ queryKey: ['notifications'] }), []));
  return (
    <Link to="/inbox" className={styles.icon} aria-label={unread ? t.unread(unread) : t.inbox}>
      <BellOutlined aria-hidden="true" />
      {unread ? (
        <span className={styles.unread} aria-hidden="true">
          {unread > 99 ? '99+' : unread}
        </span>
      ) : null}
    </Link>
  );
}
