import { useQuery } from '@tanstack/react-query';
import { Button, Checkbox, Input } from 'antd';
import { useState } from 'react';
import { keys, refreshEntity } from '@/api/cache';
import { refusalText } from '@/api/error';
import { useLive } from '@/api/live';
import { createRecord, queryRecords, type RecordRow, updateRecord, type Where } from '@/api/records';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { can, type EntityMeta, useEntity } from '@/meta/meta';
import { useMe } from '@/session/session';
import { Avatar } from '@/ui/Avatar';
import { toast } from '@/ui/toast';
import { recordTexts } from '../texts';
import styles from './Tasks.module.css';

/** What is still to be done about a record. */
export function Tasks({ entity, row }: { entity: EntityMeta; row: RecordRow }) {
  const t = useTexts(recordTexts);
  const task = useEntity('task');
  const where: Where = {
    all: [
      ['entity', '=', entity.key],
      ['record', '=', row.id],
      ['state', '=', 'open'],
    ],
  };
  useLive(task ? 'task' : undefined, where);
  const open = useQuery({
    queryKey: keys.pages('task', { of: row.id }),
    enabled: task !== undefined,
    queryFn: ({ signal }) =>
      queryRecords('task', { where, sort: ['due'], limit: 20, expand: ['owner'] }, signal).then((p) => p.items),
  }).data;
  if (!task) return null;
  return (
    <section className={styles.tasks} aria-label={t.tasks}>
      <h2>
        {t.tasks} <small className="number">{open?.length ?? ''}</small>
      </h2>
      <ul>
        {open?.map((one) => (
          <TaskRow key={one.id} task={one} />
        ))}
      </ul>
      {can(task, 'create') && <AddTask entity={entity.key} id={row.id} />}
    </section>
  );
}

/** A task with the box that finishes it. */
export function TaskRow({ task, children }: { task: RecordRow; children?: React.ReactNode }) {
  const t = useTexts(recordTexts);
  const format = useFormat();
  const title = String(task.title ?? '');
  const owner = task.expanded?.owner?.name;
  const due = typeof task.due === 'string' ? task.due : undefined;
  const late = due !== undefined && Date.parse(due) < Date.now();
  const set = async (state: 'open' | 'done') => {
    try {
      await updateRecord('task', task.id, { state });
      void refreshEntity('task');
      if (state === 'done') toast({ text: t.taskDone(title), undo: () => set('open') });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  return (
    <li className={styles.task}>
      <Checkbox
        checked={task.state === 'done'}
        aria-label={t.doneTask(title)}
        onChange={(e) => void set(e.target.checked ? 'done' : 'open')}
      />
      <span className={styles.title}>{children ?? title}</span>
      {due && <small className={`${late ? styles.late : ''} number`}>{format.ago(due)}</small>}
      {typeof owner === 'string' && <Avatar name={owner} />}
    </li>
  );
}

function AddTask({ entity, id }: { entity: string; id: string }) {
  const t = useTexts(recordTexts);
  const me = useMe();
  const [text, setText] = useState('');
  const [open, setOpen] = useState(false);
  const add = async () => {
    if (!text.trim()) return setOpen(false);
    try {
      await createRecord('task', { title: text.trim(), owner: me.id, entity, record: id, state: 'open' });
      setText('');
      setOpen(false);
      void refreshEntity('task');
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
  };
  if (!open) {
    return (
      <Button type="link" size="small" className={styles.add} onClick={() => setOpen(true)}>
        {t.addTask}
      </Button>
    );
  }
  return (
    <Input
      autoFocus
      aria-label={t.taskTitle}
      placeholder={t.taskTitle}
      value={text}
      onChange={(e) => setText(e.target.value)}
      onPressEnter={() => void add()}
      onBlur={() => void add()}
      onKeyDown={(e) => e.key === 'Escape' && setOpen(false)}
    />
  );
}
