import { type FormEvent, useRef, useState } from 'react';
import { send } from '@/api/client';
import { ApiError } from '@/api/error';
import { type Language, setLanguage, useLanguage } from '@/i18n/language';
import { useTexts } from '@/i18n/texts';
import { Mark } from '@/ui/Mark';
import styles from './Login.module.css';
import { loginTexts } from './texts';
import { Weave } from './Weave';

const told = (name: string) => document.querySelector<HTMLMetaElement>(`meta[name=weft-${name}]`)?.content ?? '';

/** Only addresses of this site are followed after signing in. */
function nextPage(): string {
  const next = new URLSearchParams(location.search).get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) && !next.startsWith('/login') ? next : '/';
}

export function Login() {
  const t = useTexts(loginTexts);
  return (
    <div className={styles.page}>
      <aside className={styles.side}>
        <Weave />
        <div className={styles.brand}>
          <Mark size={32} />
          <b>weft</b>
        </div>
        <p>
          {t.claim}
          <br />
          {t.claimEnd}
        </p>
      </aside>
      <main className={styles.main}>
        <Languages />
        <div className={styles.form}>
          <span className={styles.mark}>
            <Mark size={40} />
          </span>
          <h1>{t.title(told('organisation') || 'weft')}</h1>
          <SignIn />
        </div>
        <footer>{t.where(location.host, told('version'))}</footer>
      </main>
    </div>
  );
}

function Languages() {
  const lang = useLanguage();
  const button = (key: Language, text: string) => (
    <button type="button" lang={key} aria-pressed={lang === key} onClick={() => setLanguage(key)}>
      {text}
    </button>
  );
  return (
    <nav className={styles.languages}>
      {button('zh-CN', '中文')}
      {button('en', 'English')}
    </nav>
  );
}

type Problems = { login?: string; password?: string; page?: string };

function SignIn() {
  const t = useTexts(loginTexts);
  const [login, setLogin] = useState('');
  const [password, setPassword] = useState('');
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problems, setProblems] = useState<Problems>({});
  const form = useRef<HTMLFormElement>(null);

  async function submit(e: FormEvent) {
    e.preventDefault();
    if (busy) return;
    const missing = { login: login ? undefined : t.loginMissing, password: password ? undefined : t.passwordMissing };
    setProblems(missing);
    if (missing.login || missing.password) {
      form.current?.querySelector<HTMLInputElement>(missing.login ? '#login' : '#password')?.focus();
      return;
    }
    setBusy(true);
    try {
      await send('POST', '/session', { body: { login, password } });
      location.assign(nextPage());
    } catch (err) {
      setBusy(false);
      setProblems({ page: err instanceof ApiError ? err.message : t.noConnection });
    }
  }

  return (
    <form ref={form} onSubmit={submit} noValidate className={styles.fields}>
      {problems.page && (
        <p role="alert" className={styles.problem}>
          {problems.page}
        </p>
      )}
      <div className="field">
        <label htmlFor="login">{t.login}</label>
        <input
          id="login"
          className="control"
          autoComplete="username"
          autoCapitalize="none"
          value={login}
          aria-invalid={problems.login ? true : undefined}
          aria-describedby={problems.login ? 'login-problem' : undefined}
          onChange={(e) => setLogin(e.target.value)}
        />
        {problems.login && (
          <p id="login-problem" className="error">
            {problems.login}
          </p>
        )}
      </div>
      <div className="field">
        <label htmlFor="password">{t.password}</label>
        <span className={styles.password}>
          <input
            id="password"
            className="control"
            type={shown ? 'text' : 'password'}
            autoComplete="current-password"
            value={password}
            aria-invalid={problems.password ? true : undefined}
            aria-describedby={problems.password ? 'password-problem' : undefined}
            onChange={(e) => setPassword(e.target.value)}
          />
          <button type="button" aria-label={shown ? t.hidePassword : t.showPassword} onClick={() => setShown(!shown)}>
            {shown ? t.hide : t.show}
          </button>
        </span>
        {problems.password && (
          <p id="password-problem" className="error">
            {problems.password}
          </p>
        )}
      </div>
      <button type="submit" className="primary" aria-disabled={busy}>
        {busy ? t.submitting : t.submit}
      </button>
      <p className={styles.forgotten}>{t.forgotten}</p>
    </form>
  );
}
