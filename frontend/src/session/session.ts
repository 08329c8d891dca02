import { queryOptions, useQuery, useQueryClient, useSuspenseQuery } from '@tanstack/react-query';
import { useCallback } from 'react';
import { get, type Schemas, send } from '@/api/client';

export type Me = Schemas['Me'];
export type Meta = Schemas['Meta'];
export type Settings = Schemas['Settings'];

const forLong = { staleTime: 5 * 60_000, gcTime: Number.POSITIVE_INFINITY };

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: ({ signal }) => get('/me', signal), ...forLong });
export const metaQuery = queryOptions({
  queryKey: ['meta'],
  queryFn: ({ signal }) => get('/meta', signal),
  ...forLong,
});
export const settingsQuery = queryOptions({
  queryKey: ['settings'],
  queryFn: ({ signal }) => get('/settings', signal),
  ...forLong,
});

/** Who is signed in. The shell has loaded it before any page is drawn. */
export const useMe = (): Me => useSuspenseQuery(meQuery).data;
/** What this person may use: entities, forms, views, dashboards, menus. */
export const useMeta = (): Meta => useSuspenseQuery(metaQuery).data;
/** The organisation's name, zone, currency and calendar. */
export const useSettings = (): Settings => useSuspenseQuery(settingsQuery).data;

/**
 * A value that this person keeps on the server, such as the columns of a list; the
 * fallback until it is set.
 */
export function usePreference<T>(key: string, fallback: T): [T, (value: T) => void, boolean] {
  const client = useQueryClient();
  const queryKey = ['preference', key];
  const stored = useQuery({
    queryKey,
    queryFn: ({ signal }) => send<{ value: T | null } | undefined>('GET', `/preferences/${key}`, { signal }),
    ...forLong,
  });
  const set = useCallback(
    (value: T) => {
      client.setQueryData(['preference', key], { value });
      void send('PUT', `/preferences/${key}`, { body: { value } }).catch(() =>
        client.invalidateQueries({ queryKey: ['preference', key] }),
      );
    },
    [client, key],
  );
  return [stored.data?.value ?? fallback, set, stored.isFetched];
}

export async function signOut() {
  await send('DELETE', '/session');
  location.assign('/login');
}
