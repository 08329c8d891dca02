import { Button } from 'antd';
import type { RecordRow } from '@/api/records';
import { FieldValue, isSet } from '@/fields/FieldValue';
import { useTexts, useTitle } from '@/i18n/texts';
import { type EntityMeta, type FieldMeta, recordTitle } from '@/meta/meta';
import { listTexts } from '../texts';
import styles from './Cards.module.css';

type Props = {
  entity: EntityMeta;
  name: string;
  fields: FieldMeta[];
  rows: RecordRow[];
  open: (row: RecordRow) => void;
  more?: () => void;
};

/** The records of a list on a phone: a card each, with the way to call. */
export function Cards({ entity, name, fields, rows, open, more }: Props) {
  const t = useTexts(listTexts);
  const title = useTitle();
  const phone = entity.fields.find((f) => f.type === 'phone' && f.readable);
  return (
    <div className={styles.scroller}>
      <ul aria-label={name} className={styles.cards}>
        {rows.map((row) => (
          <li key={row.id} className={styles.card}>
            <a
              href={`/r/${entity.key}/${row.id}`}
              onClick={(e) => {
                e.preventDefault();
                open(row);
              }}
            >
              <b>{recordTitle(entity, row)}</b>
            </a>
            <dl>
              {fields
                .filter((f) => f.key !== entity.title_field && isSet(row[f.key]))
                .slice(0, 4)
                .map((f) => (
                  <div key={f.key}>
                    <dt>{title(f.title, f.key)}</dt>
                    <dd>
                      <FieldValue entity={entity} field={f} row={row} />
                    </dd>
                  </div>
                ))}
            </dl>
            {phone && isSet(row[phone.key]) && (
              <a className={styles.call} href={`tel:${row[phone.key]}`}>
                {t.call}
              </a>
            )}
          </li>
        ))}
      </ul>
      {more && (
        <Button block className={styles.more} onClick={more}>
          {t.loadMore}
        </Button>
      )}
    </div>
  );
}
