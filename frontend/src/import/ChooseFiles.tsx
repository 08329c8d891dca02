import { CloudUploadOutlined } from '@ant-design/icons';
import { Button, Checkbox, Segmented, Select } from 'antd';
import { type DragEvent, useId, useState } from 'react';
import { useJoin, useTexts, useTitle } from '@/i18n/texts';
import type { EntityMeta } from '@/meta/meta';
import page from '@/ui/page.module.css';
import type { Job } from './api';
import styles from './Import.module.css';
import type { SavedMapping } from './Page';
import { importTexts } from './texts';

type Props = {
  entities: EntityMeta[];
  mappings: SavedMapping[];
  entity?: string;
  busy: boolean;
  check: (job: Job) => void;
};

/** The mapping that names the given files, if there is one. */
export function fittingMapping(mappings: SavedMapping[], files: { name: string }[]): string | undefined {
  const names = files.map((f) => f.name.toLowerCase());
  return mappings.find((m) => {
    const named = new Set(m.files.map((f) => (f.file ?? '').toLowerCase()));
    return names.length > 0 && names.every((n) => named.has(n));
  })?.name;
}

/** The files, and what they become. Files that a saved mapping names choose it by themselves. */
export function ChooseFiles({ entities, mappings, entity, busy, check }: Props) {
  const t = useTexts(importTexts);
  const join = useJoin();
  const title = useTitle();
  const id = useId();
  const [files, setFiles] = useState<File[]>([]);
  const [target, setTarget] = useState(entity ?? entities.find((e) => !e.built_in)?.key);
  const [mapping, setMapping] = useState<string>();
  const [byMapping, setByMapping] = useState(false);
  const [historical, setHistorical] = useState(false);
  const [over, setOver] = useState(false);
  const history = entities.find((e) => e.key === target)?.operations.includes('import_history') ?? false;
  const add = (list: Iterable<File>) => {
    const all = [...files, ...list].filter((f, i, every) => every.findIndex((o) => o.name === f.name) === i);
    setFiles(all);
    const found = fittingMapping(mappings, all);
    if (found) {
      setByMapping(true);
      setMapping(found);
    }
  };
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    add(e.dataTransfer.files);
  };
  const ready = files.length > 0 && (byMapping ? mapping : target);
  const submit = () => check(byMapping ? { files, mapping } : { files: files.slice(0, 1), entity: target, historical });
  return (
    <section className={page.section}>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the input inside does the same */}
      <div
        className={`${styles.drop} ${over ? styles.over : ''}`}
        onDragOver={(e) => {
          e.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
      >
        <CloudUploadOutlined aria-hidden="true" />
        <label htmlFor={`${id}-files`}>
          <b>{t.drop}</b>
          <span>{t.dropText}</span>
        </label>
        <input
          id={`${id}-files`}
          type="file"
          multiple
          accept=".csv,.txt,.xlsx"
          className="visually-hidden"
          onChange={(e) => add([...(e.target.files ?? [])])}
        />
      </div>
      {files.length > 0 && (
        <p className={page.note}>
          {t.files(files.length)} · {join(files.map((f) => f.name))}
        </p>
      )}
      <div className={page.form}>
        {mappings.length > 0 && (
          <Segmented
            value={byMapping ? 'mapping' : 'one'}
            options={[
              { value: 'one', label: t.none },
              { value: 'mapping', label: t.byMapping },
            ]}
            onChange={(v) => setByMapping(v === 'mapping')}
          />
        )}
        {byMapping ? (
          <label htmlFor={`${id}-mapping`}>
            {t.mapping}
            <Select
              id={`${id}-mapping`}
              value={mapping ?? null}
              options={mappings.map((m) => ({ value: m.name, label: m.name }))}
              onChange={setMapping}
            />
          </label>
        ) : (
          <>
            <label htmlFor={`${id}-entity`}>
              {t.entity}
              <Select
                id={`${id}-entity`}
                showSearch={{ optionFilterProp: 'label' }}
                value={target ?? null}
                options={entities.map((e) => ({ value: e.key, label: title(e.title, e.key) }))}
                onChange={setTarget}
              />
            </label>
            {history && (
              <Checkbox checked={historical} onChange={(e) => setHistorical(e.target.checked)}>
                {t.historical}
              </Checkbox>
            )}
          </>
        )}
        <Button type="primary" disabled={!ready} loading={busy} onClick={submit}>
          {busy ? t.checking : t.check}
        </Button>
      </div>
    </section>
  );
}
