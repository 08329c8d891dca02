import { Button, Modal, Segmented } from 'antd';
import { useState } from 'react';
import type { RecordRow } from '@/api/records';
import { FieldValue } from '@/fields/FieldValue';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, fieldOf } from '@/meta/meta';
import { uiTexts } from '@/ui/texts';
import type { Conflict, Values } from '../lib/values';
import { formTexts } from '../texts';
import styles from './ConflictDialog.module.css';

type Props = {
  entity: EntityMeta;
  theirs: RecordRow;
  conflicts: Conflict[];
  resolve: (chosen: Values) => void;
  cancel: () => void;
};

/** Three values of each field that two people changed, and which of them stays. */
export function ConflictDialog({ entity, theirs, conflicts, resolve, cancel }: Props) {
  const t = useTexts(formTexts);
  const ui = useTexts(uiTexts);
  const title = useTitle();
  const [mine, setMine] = useState<Record<string, boolean>>({});
  const chosen = () =>
    Object.fromEntries(conflicts.map((c) => [c.key, (mine[c.key] ?? true) ? c.mine : (c.theirs ?? null)]));
  const shown = (key: string, value: unknown) => {
    const field = fieldOf(entity, key);
    return field && <FieldValue entity={entity} field={field} row={{ ...theirs, expanded: undefined, [key]: value }} />;
  };
  return (
    <Modal
      open
      title={t.conflictTitle}
      width={640}
      onCancel={cancel}
      footer={
        <>
          <Button onClick={cancel}>{ui.cancel}</Button>
          <Button type="primary" onClick={() => resolve(chosen())}>
            {ui.save}
          </Button>
        </>
      }
    >
      <p>{t.conflictText}</p>
      <table className={styles.table}>
        <thead>
          <tr>
            <th />
            <th scope="col">{t.before}</th>
            <th scope="col">{t.theirs}</th>
            <th scope="col">{t.mine}</th>
            <th />
          </tr>
        </thead>
        <tbody>
          {conflicts.map((c) => {
            const name = title(fieldOf(entity, c.key)?.title, c.key);
            return (
              <tr key={c.key}>
                <th scope="row">{name}</th>
                <td>{shown(c.key, c.before)}</td>
                <td>{shown(c.key, c.theirs)}</td>
                <td>{shown(c.key, c.mine)}</td>
                <td>
                  <Segmented
                    aria-label={name}
                    size="small"
                    value={(mine[c.key] ?? true) ? 'mine' : 'theirs'}
                    options={[
                      { value: 'theirs', label: t.keepTheirs },
                      { value: 'mine', label: t.keepMine },
                    ]}
                    onChange={(v) => setMine({ ...mine, [c.key]: v === 'mine' })}
                  />
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Modal>
  );
}
