import {
  DownOutlined,
  EditOutlined,
  LeftOutlined,
  MoreOutlined,
  StarFilled,
  StarOutlined,
  UpOutlined,
} from '@ant-design/icons';
import { useNavigate } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { useCallback, useMemo, useState } from 'react';
import { useActions } from '@/actions/registry';
import { putRecord, refreshEntity } from '@/api/cache';
import { send } from '@/api/client';
import { refusalText } from '@/api/error';
import { deleteRecord, type RecordRow, restoreRecord } from '@/api/records';
import { referenceTitle } from '@/fields/FieldValue';
import { useFormat } from '@/i18n/format';
import { useTexts, useTitle } from '@/i18n/texts';
import { rememberedList } from '@/list/lib/remembered';
import { can, type EntityMeta, recordTitle, systemFields } from '@/meta/meta';
import { useMeta, usePreference } from '@/session/session';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import type { Recent } from '../lib/recent';
import { recordTexts } from '../texts';
import { PressDialog } from './PressDialog';
import styles from './RecordHeader.module.css';

type Props = { entity: EntityMeta; row: RecordRow };

/** The name of a record, where it came from, and what can be done with it. */
export function RecordHeader({ entity, row }: Props) {
  const t = useTexts(recordTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const format = useFormat();
  const meta = useMeta();
  const navigate = useNavigate();
  const [stars, setStars] = usePreference<Recent[]>('starred', []);
  const [pressed, setPressed] = useState<string>();
  const starred = stars.some((s) => s.id === row.id);
  const name = recordTitle(entity, row);
  const back = rememberedList(entity.key);
  const star = () =>
    setStars(
      starred ? stars.filter((s) => s.id !== row.id) : [{ entity: entity.key, id: row.id, title: name }, ...stars],
    );
  const updater = systemFields.find((f) => f.key === 'updated_by');
  const edit = useCallback(
    () => void navigate({ to: '/r/$entity/$id/edit', params: { entity: entity.key, id: row.id } }),
    [navigate, entity.key, row.id],
  );
  const toList = () =>
    back ? void navigate({ href: back.address }) : void navigate({ to: '/r/$entity', params: { entity: entity.key } });
  const remove = async () => {
    try {
      await deleteRecord(entity.key, row.id);
      void refreshEntity(entity.key);
      toList();
      toast({
        text: t.deleted(name),
        undo: async () => void (await restoreRecord(entity.key, row.id).then(() => refreshEntity(entity.key))),
      });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  const claim = async () => {
    try {
      putRecord(entity.key, await send<RecordRow>('POST', `/records/${entity.key}/${row.id}/claim`));
      void refreshEntity(entity.key);
      toast({ text: t.claimed });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  const assign = async (rule: string) => {
    try {
      await send('POST', `/records/${entity.key}/${row.id}/assign`, { body: { rule } });
      void refreshEntity(entity.key);
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  useActions(
    useMemo(
      () => (can(entity, 'update') ? [{ id: 'edit', title: ui.edit, key: 'shift+e', run: edit }] : []),
      [entity, ui, edit],
    ),
  );
  const items = [
    ...(entity.assignment_rules ?? []).map((r) => ({
      key: `assign ${r.key}`,
      label: `${t.assign}：${title(r.title, r.key)}`,
      onClick: () => void assign(r.key),
    })),
    {
      key: 'link',
      label: t.copyLink,
      onClick: () => void navigator.clipboard?.writeText(location.href).then(() => toast({ text: t.copied })),
    },
    { key: 'print', label: t.print, onClick: () => window.print() },
    ...(can(entity, 'delete') ? [{ key: 'delete', label: ui.delete, danger: true, onClick: () => void remove() }] : []),
  ];
  return (
    <>
      <header className={styles.bar}>
        <Button type="text" icon={<LeftOutlined aria-hidden="true" />} aria-label={ui.back} onClick={toList} />
        <span className={styles.path}>
          {title(entity.title, entity.key)} <i aria-hidden="true">/</i> <b className="ellipsis">{name}</b>
        </span>
        <span className={styles.space} />
        <Neighbours entity={entity} row={row} />
        {can(entity, 'claim') && <Button onClick={() => void claim()}>{t.claim}</Button>}
        {(entity.buttons ?? []).map((b) => (
          <Button key={b.key} onClick={() => setPressed(b.key)}>
            {title(b.title, b.key)}
          </Button>
        ))}
        {can(entity, 'update') && (
          <Button type="primary" icon={<EditOutlined aria-hidden="true" />} onClick={edit}>
            {ui.edit}
          </Button>
        )}
        <Dropdown menu={{ items }} trigger={['click']}>
          <Button type="text" icon={<MoreOutlined aria-hidden="true" />} aria-label={ui.more} />
        </Dropdown>
      </header>
      <div className={styles.title}>
        <h1 className="ellipsis">{name}</h1>
        <button
          type="button"
          className={styles.star}
          aria-pressed={starred}
          aria-label={starred ? t.unstar : t.star}
          onClick={star}
        >
          {starred ? <StarFilled aria-hidden="true" /> : <StarOutlined aria-hidden="true" />}
        </button>
        <span className={styles.space} />
        {row.updated_at && (
          <small title={format.dateTime(row.updated_at)}>
            {t.updated(
              updater && row.updated_by ? referenceTitle(meta, updater, row) : t.nobody,
              format.ago(row.updated_at),
            )}
          </small>
        )}
      </div>
      {pressed && <PressDialog entity={entity} row={row} button={pressed} close={() => setPressed(undefined)} />}
    </>
  );
}

/** The ways to the records before and after this one in the list that it was opened from. */
function Neighbours({ entity, row }: Props) {
  const t = useTexts(recordTexts);
  const navigate = useNavigate();
  const list = rememberedList(entity.key);
  const at = list?.ids.indexOf(row.id) ?? -1;
  const go = useCallback(
    (step: number) => {
      const id = list?.ids[at + step];
      if (id) void navigate({ to: '/r/$entity/$id', params: { entity: entity.key, id } });
    },
    [list, at, navigate, entity.key],
  );
  useActions(
    useMemo(
      () => [
        { id: 'previous', title: t.previous, key: '[', hidden: true, run: () => go(-1) },
        { id: 'next', title: t.next, key: ']', hidden: true, run: () => go(1) },
      ],
      [t, go],
    ),
  );
  if (!list || at < 0) return null;
  return (
    <span className={styles.neighbours}>
      <small className="number">{t.position(at + 1, list.ids.length)}</small>
      <Button
        type="text"
        size="small"
        icon={<UpOutlined aria-hidden="true" />}
        aria-label={t.previous}
        disabled={at === 0}
        onClick={() => go(-1)}
      />
      <Button
        type="text"
        size="small"
        icon={<DownOutlined aria-hidden="true" />}
        aria-label={t.next}
        disabled={at === list.ids.length - 1}
        onClick={() => go(1)}
      />
    </span>
  );
}
