import { CloseOutlined, DeleteOutlined, EditOutlined, SwapOutlined, UserSwitchOutlined } from '@ant-design/icons';
import { Dropdown, Modal } from 'antd';
import { lazy, Suspense, useState } from 'react';
import { refreshEntity } from '@/api/cache';
import { refusalText } from '@/api/error';
import { type BulkRequest, bulkRecords, type RecordRow } from '@/api/records';
import { useTexts, useTitle } from '@/i18n/texts';
import { can, type EntityMeta, recordTitle } from '@/meta/meta';
import { uiTexts } from '@/ui/texts';
import { toast } from '@/ui/toast';
import { listTexts } from '../texts';
import styles from './BulkBar.module.css';

const BulkEditDialog = lazy(() => import('./BulkEditDialog'));

type Failure = { row?: RecordRow; message: string };

/** What can be done with the selected records at once. Each is answered for itself. */
export function BulkBar({ entity, rows, done }: { entity: EntityMeta; rows: RecordRow[]; done: () => void }) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const [editing, setEditing] = useState<string | undefined>();
  const [failures, setFailures] = useState<Failure[]>();
  const ids = rows.map((r) => r.id);
  const owner = entity.fields.find((f) => f.key === entity.owner_field && f.writable);

  async function run(request: BulkRequest, text: (n: number) => string, undo?: (ids: string[]) => Promise<unknown>) {
    try {
      const { results } = await bulkRecords(entity.key, { ...request, ids });
      const failed = results.filter((r) => r.status >= 300);
      const good = results.filter((r) => r.status < 300).map((r) => r.id);
      void refreshEntity(entity.key);
      if (failed.length > 0)
        setFailures(
          failed.map((f) => ({
            row: rows.find((r) => r.id === f.id),
            message: f.errors?.map((e) => e.message).join(' ') ?? String(f.status),
          })),
        );
      else done();
      toast({
        text: failed.length > 0 ? t.someFailed(good.length, failed.length) : text(good.length),
        undo:
          undo && good.length > 0
            ? async () => void (await undo(good).then(() => refreshEntity(entity.key)))
            : undefined,
      });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  }

  const edit = (field: string, value: unknown) => {
    setEditing(undefined);
    const before = new Map(rows.map((r) => [r.id, r[field] ?? null]));
    void run({ op: 'update', values: { [field]: value } }, t.changed, async (good) => {
      for (const [old, group] of grouped(good, before))
        await bulkRecords(entity.key, { op: 'update', ids: group, values: { [field]: JSON.parse(old) } });
    });
  };
  const moves = [
    ...new Map(
      (entity.machine?.transitions ?? [])
        .filter((m) => m.allowed && rows.some((r) => m.from.includes(String(r[entity.machine?.field ?? '']))))
        .map((m) => [m.to, m]),
    ).values(),
  ];
  const remove = () =>
    void run({ op: 'delete' }, t.deleted, (good) => bulkRecords(entity.key, { op: 'restore', ids: good }));
  return (
    <>
      <section className={styles.bar} aria-label={t.selected(rows.length)}>
        <b className="number">{t.selected(rows.length)}</b>
        <i aria-hidden="true" />
        {owner && can(entity, 'update') && (
          <button type="button" onClick={() => setEditing(owner.key)}>
            <UserSwitchOutlined aria-hidden="true" />
            {t.assign}
          </button>
        )}
        {can(entity, 'update') && (
          <button type="button" onClick={() => setEditing('')}>
            <EditOutlined aria-hidden="true" />
            {t.bulkEdit}
          </button>
        )}
        {moves.length > 0 && (
          <Dropdown
            trigger={['click']}
            menu={{
              items: moves.map((m) => ({
                key: m.to,
                label: title(entity.machine?.stages.find((s) => s.key === m.to)?.title, m.to),
              })),
              onClick: ({ key }) => void run({ op: 'transition', to: key }, t.moved),
            }}
          >
            <button type="button">
              <SwapOutlined aria-hidden="true" />
              {t.moveStage}
            </button>
          </Dropdown>
        )}
        {can(entity, 'delete') && (
          <button type="button" onClick={remove}>
            <DeleteOutlined aria-hidden="true" />
            {t.delete}
          </button>
        )}
        <button type="button" aria-label={t.closeSelection} onClick={done}>
          <CloseOutlined aria-hidden="true" />
        </button>
      </section>
      {editing !== undefined && (
        <Suspense>
          <BulkEditDialog
            entity={entity}
            field={editing || undefined}
            count={rows.length}
            apply={edit}
            cancel={() => setEditing(undefined)}
          />
        </Suspense>
      )}
      {failures && <Failures entity={entity} failures={failures} close={() => setFailures(undefined)} />}
    </>
  );
}

/** Records by the value that they had, so that an undo needs one call for each value. */
function grouped(ids: string[], before: Map<string, unknown>): Map<string, string[]> {
  const groups = new Map<string, string[]>();
  for (const id of ids) {
    const value = JSON.stringify(before.get(id) ?? null);
    groups.set(value, [...(groups.get(value) ?? []), id]);
  }
  return groups;
}

function Failures({ entity, failures, close }: { entity: EntityMeta; failures: Failure[]; close: () => void }) {
  const t = useTexts(listTexts);
  const ui = useTexts(uiTexts);
  return (
    <Modal
      open
      title={t.failedTitle}
      onCancel={close}
      onOk={close}
      okText={ui.close}
      cancelButtonProps={{ style: { display: 'none' } }}
    >
      <ul className={styles.failures}>
        {failures.map((f) => (
          <li key={f.row?.id ?? f.message}>
            <b>{recordTitle(entity, f.row)}</b>
            <span>{f.message}</span>
          </li>
        ))}
      </ul>
    </Modal>
  );
}
