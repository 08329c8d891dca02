import { useQuery } from '@tanstack/react-query';
import { keys } from '@/api/cache';
import { getRecord } from '@/api/records';
import { entityOf, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';

/** The name of a record that is known only by its id. */
export function useName(entity: string, id: string | undefined): string {
  const meta = useMeta();
  const found = useQuery({
    queryKey: keys.record(entity, id ?? ''),
    enabled: Boolean(id) && entityOf(meta, entity) !== undefined,
    queryFn: ({ signal }) => getRecord(entity, id ?? '', [], signal),
    staleTime: 5 * 60_000,
    retry: false,
  }).data;
  return found ? recordTitle(entityOf(meta, entity), found) : (id?.slice(-6) ?? '');
}

export function UserName({ entity, id }: { entity: string; id: string }) {
  return <>{useName(entity, id)}</>;
}
