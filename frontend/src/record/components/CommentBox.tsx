import { useQuery, useQueryClient } from '@tanstack/react-query';
import { Button, Mentions } from 'antd';
import { useState } from 'react';
import { send } from '@/api/client';
import { refusalText } from '@/api/error';
import { queryRecords } from '@/api/records';
import { useTexts } from '@/i18n/texts';
import { entityOf, recordTitle } from '@/meta/meta';
import { useMeta } from '@/session/session';
import { toast } from '@/ui/toast';
import { recordTexts } from '../texts';
import styles from './CommentBox.module.css';

/** Writes a comment. People are mentioned by name and kept by id. */
export function CommentBox({ entity, id }: { entity: string; id: string }) {
  const t = useTexts(recordTexts);
  const meta = useMeta();
  const client = useQueryClient();
  const [text, setText] = useState('');
  const [wanted, setWanted] = useState<string>();
  const [busy, setBusy] = useState(false);
  const users = useQuery({
    queryKey: ['records', 'user', 'pick', wanted ?? ''],
    enabled: wanted !== undefined && entityOf(meta, 'user') !== undefined,
    queryFn: ({ signal }) =>
      queryRecords('user', { search: wanted || undefined, where: ['active', '=', true], limit: 20 }, signal),
  }).data?.items;
  const people = (users ?? []).map((u) => ({ id: u.id, name: recordTitle(entityOf(meta, 'user'), u) }));
  const [known, setKnown] = useState<{ id: string; name: string }[]>([]);
  const submit = async () => {
    if (!text.trim()) return;
    setBusy(true);
    const mentioned = known.filter((p) => text.includes(`@${p.name}`));
    const stored = mentioned.reduce((all, p) => all.replaceAll(`@${p.name}`, `@{${p.id}}`), text.trim());
    try {
      await send('POST', `/records/${entity}/${id}/comments`, {
        body: { text: stored, mentions: mentioned.map((p) => p.id) },
      });
      setText('');
      void client.invalidateQueries({ queryKey: ['records', entity, 'comments', id] });
    } catch (err) {
      toast({ text: refusalText(err), refused: true });
    }
    setBusy(false);
  };
  return (
    <div className={styles.box}>
      <Mentions
        aria-label={t.writeComment}
        placeholder={t.writeComment}
        autoSize={{ minRows: 1, maxRows: 6 }}
        value={text}
        onChange={setText}
        onSearch={setWanted}
        onSelect={(option) => {
          const person = people.find((p) => p.name === option.value);
          if (person) setKnown([...known, person]);
        }}
        options={people.map((p) => ({ key: p.id, value: p.name, label: p.name }))}
        onKeyDown={(e) => {
          if (e.key !== 'Enter' || !(e.ctrlKey || e.metaKey)) return;
          e.stopPropagation();
          void submit();
        }}
      />
      {text.trim() && (
        <Button type="primary" loading={busy} onClick={() => void submit()}>
          {t.send}
        </Button>
      )}
    </div>
  );
}
