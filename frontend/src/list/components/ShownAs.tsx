import { CalendarOutlined, EnvironmentOutlined, ProjectOutlined, UnorderedListOutlined } from '@ant-design/icons';
import { useTexts } from '@/i18n/texts';
import { type View, viewsOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import type { ListProps } from '../ListPage';
import { dated, placed } from '../lib/columns';
import { listTexts } from '../texts';
import styles from './Toolbar.module.css';

const plain = { calendar: undefined, month: undefined, map: undefined };

/** The records as a list, a board, a calendar or a map, as far as the entity has what these need. */
export function ShownAs({ entity, state, set }: Pick<ListProps, 'entity' | 'state' | 'set'>) {
  const t = useTexts(listTexts);
  const views = viewsOf(useMeta(), entity.key);
  const first = (type: string): View | undefined =>
    state.view?.type === type ? state.view : views.find((v) => v.type === type);
  const [list, board, date, place] = [first('list'), first('board'), dated(entity)[0], placed(entity)[0]];
  if (!list || (!board && !date && !place)) return null;
  const on = state.calendar ? 'calendar' : state.map ? 'map' : (state.view?.type ?? 'list');
  // Within a view its conditions stay; those of another view are its own.
  const go = (view: View) =>
    view.key === state.view?.key ? set(plain) : set({ ...plain, view: view.key, where: undefined, sort: undefined });
  const as = (how: { calendar?: string; map?: string }) =>
    set({ ...plain, ...how, group: undefined, view: on === 'board' ? list.key : (state.own?.key ?? state.view?.key) });
  const choices = [
    { key: 'list', name: t.list, icon: <UnorderedListOutlined aria-hidden="true" />, run: () => go(list) },
    board && { key: 'board', name: t.board, icon: <ProjectOutlined aria-hidden="true" />, run: () => go(board) },
    date && {
      key: 'calendar',
      name: t.calendar,
      icon: <CalendarOutlined aria-hidden="true" />,
      run: () => as({ calendar: date.key }),
    },
    place && {
      key: 'map',
      name: t.map,
      icon: <EnvironmentOutlined aria-hidden="true" />,
      run: () => as({ map: place.key }),
    },
  ].filter((c) => c !== undefined);
  return (
    <span className={styles.switch}>
      {choices.map((c) => (
        <button
          key={c.key}
          type="button"
          aria-label={c.name}
          title={c.name}
          aria-pressed={on === c.key}
          onClick={c.run}
        >
          {c.icon}
        </button>
      ))}
    </span>
  );
}
