import { mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import AxeBuilder from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { closeBrowser, newContext, phone, signedIn, Watch } from './browser';
import { Server } from './server';

const folder = fileURLToPath(new URL('../screenshots/', import.meta.url));
let server: Server;
let paths: Record<string, string>;

beforeAll(async () => {
  mkdirSync(folder, { recursive: true });
  server = await Server.start(['opportunity-pipeline', 'lead-manager']);
  await server.api('PATCH', '/settings', { name: '东岳智能装备' });
  const deal = await server.find('opportunity', ['name', '=', '东海精工 MES 对接']);
  paths = {
    today: '/',
    list: '/r/lead?view=lead_list',
    board: '/r/opportunity?view=opportunity_board',
    record: `/r/opportunity/${deal.id}`,
    calendar: '/r/opportunity?calendar=close_date',
    map: '/r/lead?map=region',
    form: '/r/lead/new',
    edit: `/r/opportunity/${deal.id}/edit`,
    dashboard: '/d/sales',
    leads: '/d/leads',
    inbox: '/inbox',
    tasks: '/tasks',
    import: '/import',
    templates: '/templates',
    people: '/people',
    roles: '/roles',
    automation: '/automation',
    bin: '/bin',
    settings: '/settings?tab=organisation',
  };
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

const kinds = [
  { kind: 'desktop-light-zh', options: {} },
  { kind: 'desktop-dark-en', options: { theme: 'dark', language: 'en' } },
  { kind: 'tablet-light-en', options: { language: 'en', viewport: { width: 900, height: 1100 } } },
  { kind: 'phone-light-zh', options: phone },
] as const;

describe.each(kinds)('every page, $kind', ({ kind, options }) => {
  it('fits its width, has no serious accessibility finding and no error in the console', async () => {
    const { page, watch, context } = await signedIn(server, 'admin', options);
    const found: string[] = [];
    for (const [name, path] of Object.entries(paths)) {
      await page.goto(server.url + path);
      await page.getByRole('main').getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      await page.screenshot({ path: `${folder}${name}-${kind}.png` });
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      if (wide > 0) found.push(`${name}: ${wide} px too wide`);
      const axe = await new AxeBuilder({ page })
        .withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'])
        .analyze();
      for (const v of axe.violations.filter((one) => one.impact === 'serious' || one.impact === 'critical')) {
        found.push(
          `${name}: ${v.id} ${v.nodes
            .slice(0, 3)
            .map((n) => `${n.target.join(' ')} ${n.any[0]?.message ?? ''}`)
            .join(' | ')}`,
        );
      }
    }
    expect(found).toEqual([]);
    watch.expectNone();
    await context.close();
  }, 180_000);
});

it('shows the pages without a session on a phone and a large screen', async () => {
  const { url } = await server.api<{ url: string }>('POST', '/forms/lead_public/links', {});
  for (const [kind, options] of [
    ['phone', phone],
    ['desktop', {}],
  ] as const) {
    const context = await newContext(server, options);
    const page = await context.newPage();
    const watch = new Watch(page);
    for (const [name, path] of [
      ['login', '/login'],
      ['public-form', new URL(url).pathname],
    ] as const) {
      await page.goto(server.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.screenshot({ path: `${folder}${name}-${kind}.png` });
      const axe = await new AxeBuilder({ page }).analyze();
      expect(
        axe.violations
          .filter((v) => v.impact === 'serious' || v.impact === 'critical')
          .map((v) => `${name} ${v.id} ${v.nodes[0]?.target}`),
      ).toEqual([]);
    }
    watch.expectNone();
    await context.close();
  }
});
