import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { openPalette } from '@/actions/Palette';
import { type Action, useActions } from '@/actions/registry';
import { useLanguage } from '@/i18n/language';
import { useTexts } from '@/i18n/texts';
import { useMe, useMeta } from '@/session/session';
import { navigationGroups } from './navigation';
import { shellTexts } from './texts';

/** What can be done on every page: going to the others, and the palette. */
export function useShellActions() {
  const t = useTexts(shellTexts);
  const lang = useLanguage();
  const meta = useMeta();
  const me = useMe();
  const navigate = useNavigate();
  const actions = useMemo(() => {
    const page = (to: string, title: string, search = {}): Action => ({
      id: `go ${to} ${JSON.stringify(search)}`,
      title,
      group: t.navigation,
      run: () => void navigate({ to, search }),
    });
    const list: Action[] = [
      { id: 'palette', title: t.search, key: 'ctrl+k', hidden: true, run: openPalette },
      page('/', t.today),
      page('/tasks', t.tasks),
      page('/inbox', t.inbox),
      ...navigationGroups(meta, lang, t.reports).flatMap((g) => g.items.map((i) => page(i.to, i.title, i.search))),
    ];
    if (me.admin) {
      list.push(page('/templates', t.templates), page('/import', t.imports), page('/people', t.people));
      list.push(
        page('/roles', t.roles),
        page('/automation', t.automation),
        page('/bin', t.bin),
        page('/settings', t.settings),
      );
    }
    return list;
  }, [t, lang, meta, me.admin, navigate]);
  useActions(actions);
}
