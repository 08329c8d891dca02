import { useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense, useCallback, useMemo } from 'react';
import { useTexts } from '@/i18n/texts';
import { can, useEntity } from '@/meta/meta';
import { useMeta, usePreference } from '@/session/session';
import { shellTexts } from '@/shell/texts';
import { EmptyState, Skeleton } from '@/ui/State';
import { ListPage } from './ListPage';
import { type OwnView, readAddress } from './lib/address';
import { listTexts } from './texts';

const BoardPage = lazy(() => import('@/board/BoardPage'));

export type SetSearch = (change: Record<string, string | undefined>, replace?: boolean) => void;

/** /r/{entity}: a list or a board, as its view says. */
export function Page() {
  const { entity: key } = useParams({ strict: false }) as { entity: string };
  const search = useSearch({ strict: false }) as Record<string, string | undefined>;
  const entity = useEntity(key);
  const meta = useMeta();
  const t = useTexts(listTexts);
  const shell = useTexts(shellTexts);
  const navigate = useNavigate();
  const [own, setOwn] = usePreference<OwnView[]>(`views.${key}`, []);
  const state = useMemo(() => readAddress(meta, key, own, search), [meta, key, own, search]);
  const set: SetSearch = useCallback(
    (change, replace = false) =>
      void navigate({
        to: '/r/$entity',
        params: { entity: key },
        search: (old: Record<string, string | undefined>) => ({ ...old, ...change }),
        replace,
      }),
    [navigate, key],
  );
  if (!entity) return <EmptyState title={shell.notFound} text={shell.notFoundText} />;
  if (!can(entity, 'read')) return <EmptyState title={t.forbiddenTitle} text={t.forbiddenText} />;
  const props = { entity, state, set, own, setOwn };
  if (state.view?.type === 'board') {
    return (
      <Suspense fallback={<Skeleton />}>
        <BoardPage key={`${key} ${state.view.key}`} {...props} />
      </Suspense>
    );
  }
  return <ListPage key={`${key} ${state.own?.key ?? state.view?.key}`} {...props} />;
}
