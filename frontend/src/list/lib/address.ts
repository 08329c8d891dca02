import type { Where } from '@/api/records';
import { defaultView, type View, viewsOf } from '@/meta/meta';
import type { Meta } from '@/session/session';
import { allOf, parseWhere } from './where';

/** A view that somebody made for himself. It has no definition: it is kept with his preferences. */
export type OwnView = { key: string; title: string; where?: Where; sort?: string[]; base: string };

export type ListState = {
  view: View | undefined;
  own?: OwnView;
  /** The conditions of the address, in addition to or in place of those of the view. */
  where?: Where;
  sort: string[];
  search: string;
  /** The field by which records are shown in groups. */
  group?: string;
  /** The date field by which records stand in a calendar, and the month of it that is shown. */
  calendar?: string;
  month?: string;
  /** The field of a region by which records are counted on a map. */
  map?: string;
  /** Whether the address differs from the view as it is kept. */
  changed: boolean;
};

type Search = Record<string, string | undefined>;

/** What the address of a list shows. Parameters replace what the view says; without them the view stands. */
export function readAddress(meta: Meta, entity: string, own: OwnView[], search: Search): ListState {
  const mine = own.find((v) => v.key === search.view);
  const views = viewsOf(meta, entity);
  const view = views.find((v) => v.key === (mine?.base ?? search.view)) ?? defaultView(meta, entity);
  const kept = mine?.where ?? view?.where;
  const sorted = mine?.sort ?? view?.sort ?? [];
  const where = search.where === undefined ? kept : search.where === 'none' ? undefined : parseWhere(search.where);
  return {
    view,
    own: mine,
    where,
    sort: search.sort === undefined ? sorted : search.sort.split(',').filter(Boolean),
    search: search.q ?? '',
    group: search.group,
    calendar: search.calendar,
    month: search.month,
    map: search.map,
    changed: search.where !== undefined || search.sort !== undefined,
  };
}

/** The parameter of a filter; an empty one says that the view's own is switched off. */
export const whereParameter = (where: Where | undefined): string => (where ? JSON.stringify(where) : 'none');

export const combined = (state: ListState): Where | undefined => allOf([state.where]);
