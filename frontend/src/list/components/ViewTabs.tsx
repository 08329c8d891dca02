import { useQuery } from '@tanstack/react-query';
import { Button, Input, Popconfirm, Popover } from 'antd';
import { useState } from 'react';
import { keys } from '@/api/cache';
import { queryRecords, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { viewsOf } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { toast } from '@/ui/toast';
import type { ListProps } from '../ListPage';
import type { OwnView } from '../lib/address';
import { listTexts } from '../texts';
import styles from './ViewTabs.module.css';

/** The views of an entity: those of its template, and a person's own. A changed view can be kept. */
export function ViewTabs(p: ListProps & { setWhere: (where: Where | undefined) => void }) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const meta = useMeta();
  const { entity, state, own, setOwn, set } = p;
  const go = (view: string) => set({ view, where: undefined, sort: undefined, q: undefined });
  const shown = state.own?.key ?? state.view?.key;
  const keep = (name: string) => {
    const made: OwnView = {
      key: `own-${Date.now().toString(36)}`,
      title: name,
      where: state.where,
      sort: state.sort,
      base: state.view?.key ?? '',
    };
    setOwn([...own, made]);
    go(made.key);
    toast({ text: t.viewSaved(name) });
  };
  const overwrite = () => {
    setOwn(own.map((v) => (v.key === state.own?.key ? { ...v, where: state.where, sort: state.sort } : v)));
    go(state.own?.key ?? '');
  };
  const remove = (view: OwnView) => {
    setOwn(own.filter((v) => v.key !== view.key));
    go(view.base);
    toast({ text: t.viewDeleted(view.title), undo: () => setOwn(own) });
  };
  return (
    <div className={styles.bar}>
      <div role="tablist" aria-label={t.views} className={styles.tabs}>
        {viewsOf(meta, entity.key).map((v) => (
          <Tab
            key={v.key}
            title={title(v.title, v.key)}
            on={v.key === shown}
            go={() => go(v.key)}
            entity={entity.key}
            where={v.where}
            counted={v.type === 'list'}
          />
        ))}
        {own.map((v) => (
          <Tab
            key={v.key}
            title={v.title}
            on={v.key === shown}
            go={() => go(v.key)}
            entity={entity.key}
            where={v.where}
            counted
          />
        ))}
      </div>
      {state.changed ? (
        <div className={styles.changed}>
          <span>{t.viewChanged}</span>
          {state.own && (
            <Button type="link" size="small" onClick={overwrite}>
              {t.saveView}
            </Button>
          )}
          <SaveAs keep={keep} />
          <Button type="text" size="small" onClick={() => set({ where: undefined, sort: undefined })}>
            {t.revert}
          </Button>
        </div>
      ) : (
        state.own && (
          <Popconfirm title={t.deleteView} onConfirm={() => state.own && remove(state.own)}>
            <Button type="text" size="small">
              {t.deleteView}
            </Button>
          </Popconfirm>
        )
      )}
    </div>
  );
}

type TabProps = { title: string; on: boolean; go: () => void; entity: string; where?: Where; counted: boolean };

function Tab({ title, on, go, entity, where, counted }: TabProps) {
  const format = useFormat();
  const count = useQuery({
    queryKey: keys.count(entity, where),
    enabled: counted,
    queryFn: ({ signal }) => queryRecords(entity, { where, limit: 1, count: 'capped', fields: ['id'] }, signal),
  }).data;
  return (
    <button
      ref={(tab) => {
        if (on) tab?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
      }}
      type="button"
      role="tab"
      aria-selected={on}
      onClick={go}
    >
      {title}
      {count?.count !== undefined && (
        <small className="number" aria-hidden="true">
          {format.number(count.count)}
          {count.exact === false ? '+' : ''}
        </small>
      )}
    </button>
  );
}

function SaveAs({ keep }: { keep: (name: string) => void }) {
  const t = useTexts(listTexts);
  const [open, setOpen] = useState(false);
  const [name, setName] = useState('');
  const done = () => {
    if (!name.trim()) return;
    setOpen(false);
    keep(name.trim());
  };
  const form = (
    <form
      className={styles.form}
      onSubmit={(e) => {
        e.preventDefault();
        done();
      }}
    >
      <Input
        autoFocus
        aria-label={t.viewName}
        placeholder={t.viewName}
        value={name}
        onChange={(e) => setName(e.target.value)}
      />
      <Button type="primary" htmlType="submit">
        {t.saveView}
      </Button>
    </form>
  );
  return (
    <Popover open={open} onOpenChange={setOpen} trigger="click" content={form} destroyOnHidden>
      <Button type="link" size="small">
        {t.saveViewAs}
      </Button>
    </Popover>
  );
}
