import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { password, type Server } from './server';

let browser: Browser | undefined;

function chromiumOnPath(): string {
  const names = ['chromium', 'chromium-browser', 'google-chrome'];
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .flatMap((dir) => names.map((n) => join(dir, n)))
    .find(existsSync);
  if (!found) throw new Error('no Chromium on PATH: apt-get install chromium');
  return found;
}

export async function launch(): Promise<Browser> {
  browser ??= await chromium.launch({ executablePath: chromiumOnPath() });
  return browser;
}

export async function closeBrowser(): Promise<void> {
  await browser?.close();
  browser = undefined;
}

type Options = BrowserContextOptions & { theme?: 'light' | 'dark'; language?: 'zh-CN' | 'en' };

/** What went wrong on a page by itself: errors in the console, policy reports, failed requests. */
export class Watch {
  readonly problems: string[] = [];

  constructor(page: Page) {
    page.on('console', (m) => m.type() === 'error' && this.problems.push(`console: ${m.text()}`));
    page.on('pageerror', (e) => this.problems.push(`error: ${e.message}`));
    page.on(
      'response',
      (r) => r.status() >= 400 && this.problems.push(`HTTP ${r.status()} ${new URL(r.url()).pathname}`),
    );
  }

  expectNone() {
    expect(this.problems).toEqual([]);
  }
}

export const phone: Options = {
  viewport: { width: 390, height: 844 },
  deviceScaleFactor: 2,
  isMobile: true,
  hasTouch: true,
};

/** A browser of its own, such as a second person's. */
export async function newContext(server: Server, o: Options = {}): Promise<BrowserContext> {
  const { theme = 'light', language = 'zh-CN', ...rest } = o;
  const context = await (await launch()).newContext({
    viewport: { width: 1440, height: 900 },
    locale: language,
    ...rest,
  });
  await context.addCookies([
    { name: 'weft_theme', value: theme, url: server.url },
    { name: 'weft_language', value: language, url: server.url },
  ]);
  return context;
}

/** A page of somebody who has logged in. */
export async function signedIn(
  server: Server,
  login = 'admin',
  o: Options = {},
): Promise<{ page: Page; watch: Watch; context: BrowserContext }> {
  const context = await newContext(server, o);
  const page = await context.newPage();
  page.setDefaultTimeout(10_000);
  const watch = new Watch(page);
  await page.goto(`${server.url}/login`);
  await page.getByRole('textbox', { name: /^(账号|Login)$/ }).fill(login);
  await page.getByRole('textbox', { name: /^(密码|Password)$/ }).fill(password);
  await page.getByRole('button', { name: /^(登录|Log in)$/ }).click();
  await page.waitForURL(`${server.url}/`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, watch, context };
}
