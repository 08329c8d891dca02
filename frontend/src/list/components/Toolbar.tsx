import { CloseOutlined, GroupOutlined, PlusOutlined, SearchOutlined, SettingOutlined } from '@ant-design/icons';
import { Button, Checkbox, Dropdown, Popover } from 'antd';
import { lazy, Suspense, useMemo, useRef, useState } from 'react';
import { useActions } from '@/actions/registry';
import type { Where } from '@/api/records';
import { useTexts, useTitle } from '@/i18n/texts';
import type { FieldMeta } from '@/meta/meta';
import type { ListProps } from '../ListPage';
import { type ColumnChoice, groupable } from '../lib/columns';
import { textOf } from '../lib/sentence';
import { allOf, conditionsOf } from '../lib/where';
import { listTexts } from '../texts';
import { useSentences } from '../useSentences';
import { ShownAs } from './ShownAs';
import styles from './Toolbar.module.css';

const FilterEditor = lazy(() => import('./FilterEditor'));

type Props = ListProps & {
  columns: FieldMeta[];
  chosen: ColumnChoice;
  setChosen: (chosen: ColumnChoice) => void;
  setWhere: (where: Where | undefined) => void;
};

/** Filters in plain words, the search within the list, and how it is shown. */
export function Toolbar(p: Props) {
  const t = useTexts(listTexts);
  const { state, entity, setWhere } = p;
  const conditions = conditionsOf(state.where);
  const sentences = useSentences(entity, conditions);
  const searchBox = useRef<HTMLInputElement>(null);
  const asList = state.view?.type !== 'board' && !state.calendar && !state.map;
  const [filterOpen, setFilterOpen] = useState(false);
  useActions(
    useMemo(
      () => [
        { id: 'filter', title: t.filter, key: 'f', run: () => setFilterOpen(true) },
        { id: 'search', title: t.search, key: '/', run: () => searchBox.current?.focus() },
      ],
      [t],
    ),
  );
  return (
    <div className={styles.bar}>
      <label className={styles.search}>
        <SearchOutlined aria-hidden="true" />
        <input
          ref={searchBox}
          type="search"
          aria-label={t.search}
          placeholder={t.search}
          defaultValue={state.search}
          onChange={(e) => p.set({ q: e.target.value.trim() || undefined }, true)}
        />
      </label>
      <div className={styles.chips}>
        {sentences.map((s, i) => (
          <span key={textOf(s)} className={styles.chip}>
            <span>
              {s.field} {s.relation} <b>{s.value}</b>
            </span>
            <button
              type="button"
              aria-label={t.removeFilter(textOf(s))}
              onClick={() => setWhere(allOf(conditions.filter((_, at) => at !== i)))}
            >
              <CloseOutlined aria-hidden="true" />
            </button>
          </span>
        ))}
        <Popover
          open={filterOpen}
          onOpenChange={setFilterOpen}
          trigger="click"
          placement="bottomLeft"
          destroyOnHidden
          content={
            <Suspense>
              <FilterEditor
                entity={entity}
                add={(where) => {
                  setFilterOpen(false);
                  setWhere(allOf([...conditions, where]));
                }}
              />
            </Suspense>
          }
        >
          <Button size="small" type="dashed" icon={<PlusOutlined aria-hidden="true" />}>
            {t.filter}
          </Button>
        </Popover>
        {conditions.length > 0 && (
          <Button size="small" type="text" onClick={() => setWhere(undefined)}>
            {t.clear}
          </Button>
        )}
      </div>
      {asList && <GroupBy {...p} />}
      {asList && <Columns {...p} />}
      <ShownAs {...p} />
    </div>
  );
}

/** Shows the list in groups of a field, with their counts and sums. */
function GroupBy({ entity, state, set }: Props) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const items = [
    { key: '', label: t.noGroup },
    ...groupable(entity).map((f) => ({ key: f.key, label: title(f.title, f.key) })),
  ];
  const chosen = items.find((i) => i.key === (state.group ?? ''));
  return (
    <Dropdown
      trigger={['click']}
      menu={{
        items,
        selectable: true,
        selectedKeys: [state.group ?? ''],
        onClick: ({ key }) => set({ group: key || undefined }),
      }}
    >
      <Button size="small" type="text" icon={<GroupOutlined aria-hidden="true" />} className={styles.desktop}>
        {state.group ? `${t.group}：${chosen?.label ?? ''}` : t.group}
      </Button>
    </Dropdown>
  );
}

function Columns({ entity, columns, chosen, setChosen }: Props) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const keys = columns.map((f) => f.key);
  const others = entity.fields.filter((f) => f.readable && !keys.includes(f.key) && f.type !== 'child_rows');
  const set = (next: string[]) => setChosen({ ...chosen, keys: next });
  const swap = (i: number, j: number) => {
    const next = [...keys];
    [next[i], next[j]] = [next[j] as string, next[i] as string];
    set(next);
  };
  const list = (
    <div className={styles.columns}>
      {columns.map((f, i) => (
        <div key={f.key} className={styles.column}>
          <Checkbox checked disabled={columns.length === 1} onChange={() => set(keys.filter((k) => k !== f.key))}>
            {title(f.title, f.key)}
          </Checkbox>
          <Button
            size="small"
            type="text"
            disabled={i === 0}
            aria-label={t.moveUp(title(f.title, f.key))}
            onClick={() => swap(i, i - 1)}
          >
            ↑
          </Button>
          <Button
            size="small"
            type="text"
            disabled={i === columns.length - 1}
            aria-label={t.moveDown(title(f.title, f.key))}
            onClick={() => swap(i, i + 1)}
          >
            ↓
          </Button>
        </div>
      ))}
      <hr />
      {others.map((f) => (
        <div key={f.key} className={styles.column}>
          <Checkbox checked={false} onChange={() => set([...keys, f.key])}>
            {title(f.title, f.key)}
          </Checkbox>
        </div>
      ))}
      <Button size="small" type="link" onClick={() => setChosen({})}>
        {t.resetColumns}
      </Button>
    </div>
  );
  return (
    <Popover trigger="click" placement="bottomRight" content={list}>
      <Button size="small" type="text" icon={<SettingOutlined aria-hidden="true" />} className={styles.desktop}>
        {t.columns}
      </Button>
    </Popover>
  );
}
