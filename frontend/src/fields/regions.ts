import { useQuery } from '@tanstack/react-query';

/** Names of regions by code, loaded when first needed. */
export const useRegionNames = (): Record<string, string> | undefined =>
  useQuery({
    queryKey: ['regions'],
    queryFn: async () => (await import('virtual:regions')).default,
    staleTime: Number.POSITIVE_INFINITY,
  }).data;
