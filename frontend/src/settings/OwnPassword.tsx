import { Button, Input } from 'antd';
import { useId, useState } from 'react';
import { send } from '@/api/client';
import { ApiError, refusalText } from '@/api/error';
import { useTexts } from '@/i18n/texts';
import { useMe } from '@/session/session';
import page from '@/ui/page.module.css';
import { toast } from '@/ui/toast';
import { settingsTexts } from './texts';

/** What is wrong with the present password, with the new one, and with neither. */
type Problems = { old?: string; next?: string; other?: string };

function problemsOf(err: unknown): Problems {
  if (!(err instanceof ApiError) || err.errors.length === 0) return { other: refusalText(err) };
  const at = (path: string) => err.errors.find((e) => e.path === path)?.message;
  const [old, next] = [at('/old_password'), at('/password')];
  return old || next ? { old, next } : { other: refusalText(err) };
}

/** Changes the own password. The present one is asked for, since the screen may have been left open. */
export function OwnPassword({ changed }: { changed: () => void }) {
  const t = useTexts(settingsTexts);
  const me = useMe();
  const [old, setOld] = useState('');
  const [next, setNext] = useState('');
  const [problems, setProblems] = useState<Problems>({});
  const change = async () => {
    setProblems({});
    try {
      await send('PUT', `/users/${me.id}/password`, { body: { password: next, old_password: old } });
      setOld('');
      setNext('');
      toast({ text: t.passwordChanged });
      changed();
    } catch (err) {
      setProblems(problemsOf(err));
    }
  };
  return (
    <form
      className={`${page.form} ${page.section}`}
      onSubmit={(e) => {
        e.preventDefault();
        void change();
      }}
    >
      <Secret label={t.oldPassword} complete="current-password" value={old} set={setOld} problem={problems.old} />
      <Secret label={t.newPassword} complete="new-password" value={next} set={setNext} problem={problems.next} />
      {problems.other && (
        <p role="alert" className={page.bad}>
          {problems.other}
        </p>
      )}
      <Button htmlType="submit" disabled={!old || !next}>
        {t.changePassword}
      </Button>
    </form>
  );
}

type SecretProps = {
  label: string;
  complete: 'current-password' | 'new-password';
  value: string;
  set: (value: string) => void;
  problem?: string;
};

function Secret({ label, complete, value, set, problem }: SecretProps) {
  const id = useId();
  return (
    <>
      <label htmlFor={id}>
        {label}
        <Input.Password
          id={id}
          autoComplete={complete}
          value={value}
          status={problem ? 'error' : undefined}
          aria-invalid={problem !== undefined}
          aria-describedby={problem ? `${id}-problem` : undefined}
          onChange={(e) => set(e.target.value)}
        />
      </label>
      {problem && (
        <p id={`${id}-problem`} role="alert" className={page.bad}>
          {problem}
        </p>
      )}
    </>
  );
}
