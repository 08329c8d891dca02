import { SearchOutlined } from '@ant-design/icons';
import { useQueries } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { Modal } from 'antd';
import { type KeyboardEvent, useDeferredValue, useId, useMemo, useState, useSyncExternalStore } from 'react';
import { queryRecords } from '@/api/records';
import { defineTexts, useTexts, useTitle } from '@/i18n/texts';
import { can, type EntityMeta, hasPage, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import styles from './Palette.module.css';
import { type Action, useAllActions } from './registry';
import { keyLabel } from './shortcuts';

const texts = defineTexts(
  {
    title: '搜索或跳转',
    placeholder: '记录、页面、操作，支持拼音首字母',
    nothing: (s: string) => `没有找到「${s}」`,
    nothingText: '换个词试试。记录按名称、编号和电话查找。',
  },
  {
    title: 'Search or go to',
    placeholder: 'Records, pages, actions',
    nothing: (s: string) => `Nothing found for “${s}”`,
    nothingText: 'Try another word. Records are found by name, number and phone.',
  },
);

let open = false;
const listeners = new Set<() => void>();
const subscribe = (tell: () => void) => {
  listeners.add(tell);
  return () => {
    listeners.delete(tell);
  };
};

function set(value: boolean) {
  open = value;
  for (const tell of listeners) tell();
}

export const openPalette = () => set(true);

/** Finds records of all entities, pages and actions by a few letters. */
export function Palette() {
  const t = useTexts(texts);
  const shown = useSyncExternalStore(subscribe, () => open);
  return (
    <Modal
      open={shown}
      onCancel={() => set(false)}
      footer={null}
      closable={false}
      destroyOnHidden
      width={560}
      title={null}
      className={styles.modal}
      aria-label={t.title}
    >
      {shown && <Finder />}
    </Modal>
  );
}

type Entry = { key: string; title: string; note?: string; run: () => void };

function Finder() {
  const t = useTexts(texts);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const list = useId();
  const entries = useEntries(useDeferredValue(text.trim()));
  const selected = Math.min(at, entries.length - 1);
  const run = (entry: Entry | undefined) => {
    if (!entry) return;
    set(false);
    entry.run();
  };
  const press = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'ArrowDown') setAt(Math.min(selected + 1, entries.length - 1));
    else if (e.key === 'ArrowUp') setAt(Math.max(selected - 1, 0));
    else if (e.key === 'Enter') run(entries[selected]);
    else return;
    e.preventDefault();
  };
  return (
    <div className={styles.finder}>
      <label className={styles.input}>
        <SearchOutlined aria-hidden="true" />
        <input
          // biome-ignore lint/a11y/noAutofocus: the palette is opened to type
          autoFocus
          role="combobox"
          aria-expanded="true"
          aria-controls={list}
          aria-activedescendant={entries[selected] ? `${list}-${selected}` : undefined}
          aria-label={t.title}
          placeholder={t.placeholder}
          value={text}
          onChange={(e) => {
            setText(e.target.value);
            setAt(0);
          }}
          onKeyDown={press}
        />
      </label>
      {entries.length === 0 && text.trim() !== '' ? (
        <div className={styles.nothing}>
          <b>{t.nothing(text.trim())}</b>
          <p>{t.nothingText}</p>
        </div>
      ) : null}
      <div role="listbox" id={list} aria-label={t.title} className={styles.list}>
        {entries.map((e, i) => (
          <button
            type="button"
            role="option"
            tabIndex={-1}
            key={e.key}
            id={`${list}-${i}`}
            aria-selected={i === selected}
            onPointerMove={() => setAt(i)}
            onClick={() => run(e)}
          >
            <span className="ellipsis">{e.title}</span>
            {e.note && <small>{e.note}</small>}
          </button>
        ))}
      </div>
    </div>
  );
}

function useEntries(text: string): Entry[] {
  const actions = useAllActions();
  const records = useRecords(text);
  return useMemo(() => [...matching(actions, text), ...records].slice(0, 40), [actions, records, text]);
}

function matching(actions: Action[], text: string): Entry[] {
  const wanted = text.toLowerCase();
  return actions
    .filter((a) => !a.hidden && !a.disabled && `${a.title} ${a.words ?? ''}`.toLowerCase().includes(wanted))
    .slice(0, 12)
    .map((a) => ({ key: a.id, title: a.title, note: a.key ? keyLabel(a.key) : a.group, run: a.run }));
}

const searchable = (e: EntityMeta) =>
  hasPage(e) && can(e, 'read') && !e.built_in && e.fields.some((f) => f.searchable && f.readable);

function useRecords(text: string): Entry[] {
  const meta = useMeta();
  const title = useTitle();
  const navigate = useNavigate();
  const entities = useMemo(() => meta.entities.filter(searchable).slice(0, 8), [meta]);
  const answers = useQueries({
    queries: entities.map((e) => ({
      queryKey: ['records', e.key, 'find', text],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        queryRecords(e.key, { search: text, limit: 5, fields: e.title_field ? [e.title_field] : undefined }, signal),
      enabled: text !== '',
      staleTime: 10_000,
    })),
    combine: (list) => list.map((one) => one.data?.items ?? []),
  });
  return entities.flatMap((e, i) =>
    (answers[i] ?? []).map((row) => ({
      key: `${e.key}/${row.id}`,
      title: recordTitle(e, row),
      note: title(e.title),
      run: () => void navigate({ to: '/r/$entity/$id', params: { entity: e.key, id: row.id } }),
    })),
  );
}
