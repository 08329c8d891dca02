import { type KeyboardEvent, useId, useRef, useState } from 'react';
import type { RecordRow } from '@/api/records';
import { FieldInput } from '@/form/components/FieldInput';
import type { EntityMeta, FieldMeta } from '@/meta/meta';

type Props = {
  entity: EntityMeta;
  field: FieldMeta;
  row: RecordRow;
  /** What was typed to begin; it replaces the value. */
  typed?: string;
  save: (value: unknown) => void;
  end: (next?: 'right' | 'down') => void;
};

const choosing = ['choice', 'reference', 'user', 'department', 'date', 'datetime', 'boolean', 'region', 'rating'];
const typing = ['text', 'long_text', 'phone', 'email', 'url', 'credit_code'];

/** The editor of one cell: Enter saves, Tab saves and goes on, Esc leaves all as it was. */
export default function CellEditor({ entity, field, row, typed, save, end }: Props) {
  const id = useId();
  const first = row[field.key];
  const start = typed !== undefined && typing.includes(field.type) ? typed : first;
  const [value, setValue] = useState<unknown>(start);
  const done = useRef(false);
  const finish = (next: unknown, then?: 'right' | 'down') => {
    if (done.current) return;
    done.current = true;
    if (next !== first) save(next ?? null);
    end(then);
  };
  const press = (e: KeyboardEvent) => {
    if (e.nativeEvent.isComposing) return;
    if (e.key === 'Escape') {
      done.current = true;
      e.preventDefault();
      end();
    } else if (e.key === 'Tab') {
      e.preventDefault();
      finish(value, 'right');
    } else if (e.key === 'Enter' && !e.shiftKey && !choosing.includes(field.type)) {
      e.preventDefault();
      finish(value, 'down');
    }
    e.stopPropagation();
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys are those of the control inside
    <div onKeyDown={press}>
      <FieldInput
        id={id}
        entity={entity}
        field={field}
        value={value}
        autoFocus
        onChange={(next) => {
          setValue(next);
          if (choosing.includes(field.type)) finish(next);
        }}
        onDone={() => finish(value)}
      />
    </div>
  );
}
