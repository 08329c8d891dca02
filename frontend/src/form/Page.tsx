import { useQuery } from '@tanstack/react-query';
import { useNavigate, useParams, useRouter, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { keys } from '@/api/cache';
import { getRecord } from '@/api/records';
import { expandOf, useEntity } from '@/meta/meta';
import { useMe } from '@/session/session';
import { ErrorState, Skeleton } from '@/ui/State';
import { readDraft } from './lib/draft';
import { RecordForm } from './RecordForm';

/** /r/{entity}/new and /r/{entity}/{id}/edit. Further parameters of a new one fill its fields. */
export function Page() {
  const { entity: key, id } = useParams({ strict: false }) as { entity: string; id?: string };
  const prefill = useSearch({ strict: false }) as Record<string, string>;
  const entity = useEntity(key);
  const me = useMe();
  const navigate = useNavigate();
  const router = useRouter();
  const [round, setRound] = useState(0);
  const loaded = useQuery({
    queryKey: [...keys.record(key, id ?? 'new'), 'form', round],
    enabled: entity !== undefined,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const [row, draft] = await Promise.all([
        id
          ? getRecord(key, id, expandOf(entity ?? never(), entity?.fields.map((f) => f.key) ?? []), signal)
          : undefined,
        readDraft(key, id ?? 'new'),
      ]);
      return { row, draft };
    },
  });
  if (!entity) return null;
  if (loaded.isError) return <ErrorState error={loaded.error} retry={() => void loaded.refetch()} />;
  if (!loaded.data) return <Skeleton />;
  const { row, draft } = loaded.data;
  const owner = entity.fields.find((f) => f.key === entity.owner_field && f.writable);
  const start = row ?? {
    ...(owner ? { [owner.key]: me.id } : {}),
    ...known(
      prefill,
      entity.fields.map((f) => f.key),
    ),
  };
  return (
    <RecordForm
      key={round}
      entity={entity}
      row={row}
      start={start}
      draft={draft}
      saved={(done) => void navigate({ to: '/r/$entity/$id', params: { entity: key, id: done.id }, replace: true })}
      cancel={() =>
        router.history.canGoBack()
          ? router.history.back()
          : void navigate({ to: '/r/$entity', params: { entity: key } })
      }
      restart={() => setRound(round + 1)}
    />
  );
}

function never(): never {
  throw new Error('the query is disabled without an entity');
}

const known = (values: Record<string, string>, fields: string[]) =>
  Object.fromEntries(Object.entries(values).filter(([k]) => fields.includes(k)));
