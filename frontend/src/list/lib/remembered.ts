/** The list that a record was opened from, for the ways to the previous and next one and back. */
export type RememberedList = { entity: string; ids: string[]; address: string };

const key = 'weft.list';

export function rememberList(entity: string, ids: string[], address: string) {
  try {
    sessionStorage.setItem(key, JSON.stringify({ entity, ids: ids.slice(0, 1000), address }));
  } catch {
    // Without storage there is only no way to the neighbours.
  }
}

export function rememberedList(entity: string): RememberedList | undefined {
  try {
    const list = JSON.parse(sessionStorage.getItem(key) ?? 'null') as RememberedList | null;
    return list?.entity === entity ? list : undefined;
  } catch {
    return undefined;
  }
}
