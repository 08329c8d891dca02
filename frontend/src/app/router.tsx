import { createRootRoute, createRoute, createRouter, Link, lazyRouteComponent } from '@tanstack/react-router';
import { useTexts } from '@/i18n/texts';
import { Shell } from '@/shell/Shell';
import { shellTexts } from '@/shell/texts';
import { EmptyState, Skeleton } from '@/ui/State';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

/** Parameters in addresses are texts: what a page makes of them is its own. */
type Search = Record<string, string | undefined>;
const search = (raw: Record<string, unknown>): Search =>
  Object.fromEntries(
    Object.entries(raw).flatMap(([k, v]) =>
      v === undefined || v === null ? [] : [[k, typeof v === 'string' ? v : JSON.stringify(v)]],
    ),
  );

const at = <P extends string>(path: P, load: () => Promise<Record<'Page', () => React.ReactNode>>) =>
  createRoute({
    getParentRoute: () => root,
    path,
    validateSearch: search,
    component: lazyRouteComponent(load, 'Page'),
  });

const routes = root.addChildren([
  at('/', () => import('@/today/Page')),
  at('/r/$entity', () => import('@/list/Page')),
  at('/r/$entity/new', () => import('@/form/Page')),
  at('/r/$entity/$id', () => import('@/record/Page')),
  at('/r/$entity/$id/edit', () => import('@/form/Page')),
  at('/d/$dashboard', () => import('@/dashboard/Page')),
  at('/inbox', () => import('@/inbox/Page')),
  at('/tasks', () => import('@/tasks/Page')),
  at('/import', () => import('@/import/Page')),
  at('/templates', () => import('@/templates/Page')),
  at('/people', () => import('@/people/Page')),
  at('/roles', () => import('@/roles/Page')),
  at('/automation', () => import('@/automation/Page')),
  at('/bin', () => import('@/bin/Page')),
  at('/settings', () => import('@/settings/Page')),
]);

export const router = createRouter({
  routeTree: routes,
  defaultPreload: 'intent',
  defaultPendingComponent: Skeleton,
  defaultNotFoundComponent: NotFound,
  // Texts stay readable in the address: ?view=opportunity_board&q=海
  parseSearch: (text) => Object.fromEntries(new URLSearchParams(text)),
  stringifySearch: (values) => {
    const set = Object.entries(values).flatMap(([k, v]) => (v === undefined || v === '' ? [] : [[k, String(v)]]));
    const text = new URLSearchParams(set).toString();
    return text ? `?${text}` : '';
  },
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}

function NotFound() {
  const t = useTexts(shellTexts);
  return (
    <EmptyState title={t.notFound} text={t.notFoundText}>
      <Link to="/">{t.toToday}</Link>
    </EmptyState>
  );
}
