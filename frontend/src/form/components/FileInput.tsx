import { CloudUploadOutlined, DeleteOutlined, PaperClipOutlined } from '@ant-design/icons';
import { useQuery } from '@tanstack/react-query';
import { type DragEvent, useRef, useState } from 'react';
import { useFormat } from '@/i18n/format';
import { useTexts } from '@/i18n/texts';
import { fileName, sizeText, uploadFile } from '../lib/files';
import { formTexts } from '../texts';
import type { InputProps } from './FieldInput';
import styles from './FileInput.module.css';

type Running = { name: string; percent: number; error?: string };

/** Files of a field: chosen, dropped or taken with the camera, with the progress of each. */
export function FileInput(p: InputProps) {
  const t = useTexts(formTexts);
  const format = useFormat();
  const ids = (Array.isArray(p.value) ? p.value : []) as string[];
  const latest = useRef(ids);
  latest.current = ids;
  const [running, setRunning] = useState<Running[]>([]);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);

  async function add(files: Iterable<File>) {
    for (const file of files) {
      const show = (r: Running) => setRunning((all) => [...all.filter((one) => one.name !== file.name), r]);
      show({ name: file.name, percent: 0 });
      try {
        const made = await uploadFile(file, p.entity.key, p.field.key, (percent) => show({ name: file.name, percent }));
        setRunning((all) => all.filter((one) => one.name !== file.name));
        latest.current = [...latest.current, made.id];
        p.onChange(latest.current);
      } catch (err) {
        show({ name: file.name, percent: 0, error: err instanceof Error ? err.message : String(err) });
      }
    }
  }
  const drop = (e: DragEvent) => {
    e.preventDefault();
    setOver(false);
    void add(e.dataTransfer.files);
  };
  const remove = (id: string) => {
    const rest = ids.filter((one) => one !== id);
    p.onChange(rest.length > 0 ? rest : null);
  };
  return (
    <div className={styles.files}>
      {!p.disabled && (
        // biome-ignore lint/a11y/noStaticElementInteractions: dropping is an extra; the button inside does the same
        <div
          className={`${styles.drop} ${over ? styles.over : ''} ${p.invalid ? styles.invalid : ''}`}
          onDragOver={(e) => {
            e.preventDefault();
            setOver(true);
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <CloudUploadOutlined aria-hidden="true" />
          <label htmlFor={p.id}>
            <span className={styles.choose}>{t.drop}</span> {t.dropMore}
            {p.field.max_bytes ? <small>{t.upTo(sizeText(p.field.max_bytes, format))}</small> : null}
          </label>
          <input
            ref={input}
            id={p.id}
            type="file"
            multiple
            className="visually-hidden"
            accept={p.field.media_types?.join(',')}
            capture={p.field.keep_position ? 'environment' : undefined}
            aria-describedby={p.describedBy}
            onChange={(e) => {
              void add([...(e.target.files ?? [])]);
              e.target.value = '';
            }}
          />
        </div>
      )}
      {running.map((r) => (
        <p key={r.name} className={r.error ? styles.failed : styles.running} role={r.error ? 'alert' : 'status'}>
          {r.error ? `${t.uploadFailed(r.name)}：${r.error}` : t.uploading(r.name, r.percent)}
        </p>
      ))}
      {ids.length > 0 && (
        <ul>
          {ids.map((id) => (
            <FileRow key={id} id={id} remove={p.disabled ? undefined : () => remove(id)} />
          ))}
        </ul>
      )}
    </div>
  );
}

/** A file with its name; it opens in the browser. */
export function FileRow({ id, remove }: { id: string; remove?: () => void }) {
  const t = useTexts(formTexts);
  const name =
    useQuery({ queryKey: ['file', id], queryFn: () => fileName(id), staleTime: Number.POSITIVE_INFINITY }).data ?? '…';
  return (
    <li className={styles.file}>
      <PaperClipOutlined aria-hidden="true" />
      <a href={`/api/v1/files/${id}`} target="_blank" rel="noreferrer" className="ellipsis">
        {name}
      </a>
      {remove && (
        <button type="button" aria-label={t.remove(name)} onClick={remove}>
          <DeleteOutlined aria-hidden="true" />
        </button>
      )}
    </li>
  );
}
