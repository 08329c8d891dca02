import { Modal } from 'antd';
import { useMemo, useState } from 'react';
import { defineTexts, useTexts } from '@/i18n/texts';
import styles from './KeyboardHelp.module.css';
import { useActions, useAllActions } from './registry';
import { keyLabel } from './shortcuts';

const texts = defineTexts(
  {
    title: '快捷键',
    here: '这一页',
    table: '表格里',
    rows: [
      ['↑ ↓ ← →', '移动'],
      ['Enter', '打开记录，或改这一格'],
      ['F2', '改这一格'],
      ['Space', '选择这一行'],
      ['Shift ↑↓', '选一块'],
      ['Ctrl C / Ctrl V', '复制、粘贴单元格'],
      ['Esc', '取消'],
    ]
      .map((r) => r.join('\t'))
      .join('\n'),
  },
  {
    title: 'Keyboard shortcuts',
    here: 'On this page',
    table: 'In tables',
    rows: [
      ['↑ ↓ ← →', 'Move'],
      ['Enter', 'Open the record, or edit the cell'],
      ['F2', 'Edit the cell'],
      ['Space', 'Select the row'],
      ['Shift ↑↓', 'Select a range'],
      ['Ctrl C / Ctrl V', 'Copy and paste cells'],
      ['Esc', 'Cancel'],
    ]
      .map((r) => r.join('\t'))
      .join('\n'),
  },
);

/** All keys that do something here; opened with the question mark. */
export function KeyboardHelp() {
  const t = useTexts(texts);
  const [open, setOpen] = useState(false);
  const actions = useAllActions().filter((a) => a.key && !a.disabled);
  useActions(useMemo(() => [{ id: 'keys', title: t.title, key: '?', run: () => setOpen(true) }], [t]));
  return (
    <Modal open={open} title={t.title} footer={null} onCancel={() => setOpen(false)} destroyOnHidden>
      <h3 className={styles.heading}>{t.here}</h3>
      <dl className={styles.keys}>
        {actions.map((a) => (
          <div key={a.id}>
            <dt>
              <kbd>{keyLabel(a.key ?? '')}</kbd>
            </dt>
            <dd>{a.title}</dd>
          </div>
        ))}
      </dl>
      <h3 className={styles.heading}>{t.table}</h3>
      <dl className={styles.keys}>
        {t.rows.split('\n').map((row) => {
          const [key, what] = row.split('\t');
          return (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{what}</dd>
            </div>
          );
        })}
      </dl>
    </Modal>
  );
}
