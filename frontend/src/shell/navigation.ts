import type { Language } from '@/i18n/language';
import { type Title, titleIn } from '@/i18n/texts';
import { defaultView, entityOf, hasPage } from '@/meta/meta';
import type { Meta } from '@/session/session';

export type NavigationItem = {
  key: string;
  title: string;
  icon: 'list' | 'board' | 'dashboard' | 'entity';
  to: string;
  search?: Record<string, string>;
  /** The view whose records are counted. */
  view?: string;
  entity?: string;
};
export type NavigationGroup = { key: string; title: string; items: NavigationItem[] };

/** The menu entries of all installed templates, grouped by what they are about; dashboards come last. */
export function navigationGroups(meta: Meta, lang: Language, reports: string): NavigationGroup[] {
  const groups = new Map<string, NavigationGroup>();
  const dashboards: NavigationItem[] = [];
  for (const entry of meta.menus) {
    const title = titleIn(lang, entry.title as Title);
    if (entry.dashboard) {
      dashboards.push({ key: `d/${entry.dashboard}`, title, icon: 'dashboard', to: `/d/${entry.dashboard}` });
      continue;
    }
    const view = meta.views.find((v) => v.key === entry.view);
    const entity = entityOf(meta, view?.entity ?? entry.entity ?? '');
    if (!entity || !hasPage(entity)) continue;
    const shown = view ?? defaultView(meta, entity.key);
    const item: NavigationItem = {
      key: `r/${entity.key}/${entry.view ?? ''}`,
      title,
      icon: shown?.type === 'board' ? 'board' : 'list',
      to: `/r/${entity.key}`,
      search: entry.view ? { view: entry.view } : undefined,
      view: shown?.key,
      entity: entity.key,
    };
    const group = groups.get(entity.key) ?? { key: entity.key, title: titleIn(lang, entity.title as Title), items: [] };
    group.items.push(item);
    groups.set(entity.key, group);
  }
  const list = merged([...groups.values()], lang);
  if (dashboards.length > 0) list.push({ key: 'reports', title: reports, items: dashboards });
  return list;
}

/** Entities with a single entry share one group, so that a heading never stands above one line. */
function merged(groups: NavigationGroup[], lang: Language): NavigationGroup[] {
  const large = groups.filter((g) => g.items.length > 1);
  const single = groups.filter((g) => g.items.length === 1).flatMap((g) => g.items);
  const more = lang === 'en' ? 'More' : '更多';
  return single.length > 0 ? [...large, { key: 'more', title: more, items: single }] : large;
}
