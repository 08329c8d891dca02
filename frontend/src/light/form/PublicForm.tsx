import { type FormEvent, useEffect, useRef, useState } from 'react';
import { type Schemas, send } from '@/api/client';
import { ApiError } from '@/api/error';
import { problemsOf, setValues, type Values } from '@/form/lib/values';
import { useLanguage } from '@/i18n/language';
import { useTexts, useTitle } from '@/i18n/texts';
import { PublicField } from './PublicField';
import styles from './PublicForm.module.css';
import { publicTexts } from './texts';

type Form = Schemas['PublicForm'];
type Receipt = { number?: string };

const draftKey = (token: string) => `weft.form.${token}`;

function readDraft(token: string): Values {
  try {
    return JSON.parse(localStorage.getItem(draftKey(token)) ?? '{}') as Values;
  } catch {
    return {};
  }
}

function keepDraft(token: string, values: Values | undefined) {
  try {
    if (values) localStorage.setItem(draftKey(token), JSON.stringify(values));
    else localStorage.removeItem(draftKey(token));
  } catch {
    // Without storage the form works, it only forgets when it is closed.
  }
}

const organisation = document.querySelector<HTMLMetaElement>('meta[name=weft-organisation]')?.content ?? '';

/** /f/{token}: a form for visitors. What they type stays on their device until it is sent. */
export default function PublicForm({ token }: { token: string }) {
  const t = useTexts(publicTexts);
  const lang = useLanguage();
  const title = useTitle();
  const [form, setForm] = useState<Form>();
  const [gone, setGone] = useState(false);
  const [receipt, setReceipt] = useState<Receipt>();
  useEffect(() => {
    send<Form>('GET', `/public/forms/${token}`)
      .then(setForm)
      .catch(() => setGone(true));
  }, [token]);
  useEffect(() => {
    if (form) document.title = title(form.title, organisation);
  }, [form, title]);
  return (
    <div className={styles.page} lang={lang}>
      <header>
        <b>{organisation}</b>
      </header>
      <main>
        {gone ? (
          <Message title={t.gone} text={t.goneText} />
        ) : receipt && form ? (
          <Message
            title={t.thanks}
            text={title(form.thanks, t.thanksText)}
            number={receipt.number}
            again={() => setReceipt(undefined)}
          />
        ) : form ? (
          <Fields token={token} form={form} done={setReceipt} />
        ) : (
          <p role="status">{t.loading}</p>
        )}
      </main>
      <footer>{organisation && t.footer(organisation)}</footer>
    </div>
  );
}

function Message({ title, text, number, again }: { title: string; text: string; number?: string; again?: () => void }) {
  const t = useTexts(publicTexts);
  return (
    <div className={styles.message} role="status">
      <h1>{title}</h1>
      <p>{text}</p>
      {number && <p className="number">{t.number(number)}</p>}
      {again && (
        <button type="button" className={styles.again} onClick={again}>
          {t.again}
        </button>
      )}
    </div>
  );
}

type FieldsProps = { token: string; form: Form; done: (receipt: Receipt) => void };

function Fields({ token, form, done }: FieldsProps) {
  const t = useTexts(publicTexts);
  const title = useTitle();
  const [values, setAll] = useState<Values>(() => ({ ...form.prefill, ...readDraft(token) }));
  const [problems, setProblems] = useState<{ fields: Record<string, string>; page: string[] }>({
    fields: {},
    page: [],
  });
  const [busy, setBusy] = useState(false);
  const opened = useRef(new Date().toISOString());
  const key = useRef(crypto.randomUUID());
  const trap = useRef<HTMLInputElement>(null);
  const shown = form.fields.filter((f) => !form.hidden.includes(f.key));
  const set = (field: string, value: unknown) => {
    key.current = crypto.randomUUID();
    const next = { ...values, [field]: value };
    setAll(next);
    keepDraft(token, next);
    if (problems.fields[field]) setProblems({ ...problems, fields: { ...problems.fields, [field]: '' } });
  };
  async function submit(e: FormEvent) {
    e.preventDefault();
    if (busy) return;
    const missing = shown.filter((f) => f.required && Object.keys(setValues({ v: values[f.key] })).length === 0);
    if (missing.length > 0)
      return refuse({ fields: Object.fromEntries(missing.map((f) => [f.key, t.required])), page: [] });
    setBusy(true);
    try {
      const body = {
        values: {
          ...setValues(values),
          ...sourceOf(form),
          [form.opened_at]: opened.current,
          ...(trap.current?.value ? { [form.honeypot]: trap.current.value } : {}),
        },
      };
      const receipt = await send<Receipt>('POST', `/public/forms/${token}`, {
        body,
        headers: { 'Idempotency-Key': key.current },
      });
      keepDraft(token, undefined);
      done(receipt ?? {});
    } catch (err) {
      if (err instanceof ApiError && err.status !== 429)
        refuse(
          problemsOf(
            err,
            shown.map((f) => f.key),
          ),
        );
      else refuse({ fields: {}, page: [err instanceof ApiError ? t.busy : t.noConnection] });
    }
    setBusy(false);
  }
  const refuse = (p: typeof problems) => {
    setProblems(p);
    const first = shown.find((f) => p.fields[f.key]);
    if (first) document.getElementById(`field-${first.key}`)?.focus();
  };
  const wrong = problems.page.join(' ') || (Object.values(problems.fields).some(Boolean) ? t.problems : '');
  return (
    <>
      <h1>{title(form.title)}</h1>
      <form onSubmit={submit} noValidate className={styles.form}>
        {wrong && (
          <p role="alert" className={styles.alert}>
            {wrong}
          </p>
        )}
        {form.sections.map((s, i) => (
          <fieldset key={s.fields.join(' ') || i} className={styles.section}>
            {s.title && <legend>{title(s.title)}</legend>}
            {s.fields.map((name) => {
              const f = shown.find((one) => one.key === name);
              return (
                f && (
                  <PublicField
                    key={name}
                    field={f}
                    value={values[name]}
                    problem={problems.fields[name]}
                    set={(v) => set(name, v)}
                  />
                )
              );
            })}
          </fieldset>
        ))}
        <input
          ref={trap}
          name={form.honeypot}
          tabIndex={-1}
          autoComplete="off"
          aria-hidden="true"
          className={styles.trap}
        />
        <button type="submit" className="primary" aria-disabled={busy}>
          {busy ? t.submitting : t.submit}
        </button>
      </form>
    </>
  );
}

/** Hidden fields of the form that the page's address names, such as ?source=fair. */
const sourceOf = (form: Form): Values =>
  Object.fromEntries(
    [...new URLSearchParams(location.search)].filter(([k]) => form.hidden.includes(k) && form.prefill[k] === undefined),
  );
