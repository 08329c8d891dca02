import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, phone, signedIn } from './browser';
import { Server } from './server';

let server: Server;
const month = '2026-07';

beforeAll(async () => {
  server = await Server.start(['opportunity-pipeline']);
  const days = ['2026-07-08', '2026-07-20', '2026-07-20', '2026-07-20', '2026-07-20', '2026-07-20'];
  for (const [i, close_date] of days.entries()) {
    await server.api('POST', '/records/opportunity', { name: `夏季交付 ${i + 1}`, close_date });
  }
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

const address = `/r/opportunity?view=opportunity_list&calendar=close_date&month=${month}`;
const day = (page: Page, name: string) => page.getByRole('list', { name, exact: true });
const dateOf = async (name: string) => (await server.find('opportunity', ['name', '=', name])).close_date;

it('puts a record on another day with the mouse, and back', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(server.url + address);
  await page.getByRole('heading', { name: '2026年7月' }).waitFor();
  const entry = day(page, '7月8日周三').getByRole('listitem', { name: '夏季交付 1' });
  const [a, b] = [await entry.boundingBox(), await day(page, '7月15日周三').boundingBox()];
  if (!a || !b) throw new Error('not on screen');
  await page.mouse.move(a.x + 30, a.y + 10);
  await page.mouse.down();
  await page.mouse.move(a.x + 40, a.y + 30, { steps: 4 });
  await page.mouse.move(b.x + 30, b.y + 10, { steps: 8 });
  await page.mouse.up();
  await day(page, '7月15日周三').getByRole('listitem', { name: '夏季交付 1' }).waitFor();
  const said = page.getByRole('status').filter({ hasText: '夏季交付 1 的结束日期已改' });
  await said.waitFor();
  expect(await dateOf('夏季交付 1')).toBe('2026-07-15');
  await page.getByRole('button', { name: '撤销' }).click();
  await entry.waitFor();
  expect(await dateOf('夏季交付 1')).toBe('2026-07-08');
  watch.expectNone();
  await context.close();
});

it('puts a record on another day with the keyboard alone', async () => {
  const { page, context } = await signedIn(server);
  await page.goto(server.url + address);
  await day(page, '7月8日周三').getByRole('button', { name: '夏季交付 1' }).focus();
  await page.keyboard.press('Space');
  await page.getByText('在 7月8日周三 上方').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowRight');
  await page.getByText('在 7月9日周四 上方').waitFor({ state: 'attached' });
  await page.keyboard.press('ArrowUp');
  await page.getByText('在 7月2日周四 上方').waitFor({ state: 'attached' });
  await page.keyboard.press('Space');
  await day(page, '7月2日周四').getByRole('listitem', { name: '夏季交付 1' }).waitFor();
  expect(await dateOf('夏季交付 1')).toBe('2026-07-02');
  await context.close();
});

it('shows what does not fit into a day as a list, and goes from month to month', async () => {
  const { page, context } = await signedIn(server);
  await page.goto(server.url + address);
  await page.getByRole('button', { name: '下个月' }).click();
  await page.getByRole('heading', { name: '2026年8月' }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: '2026年7月' }).waitFor();
  await page.getByRole('button', { name: '7月20日周一 还有 2 条' }).click();
  await page
    .getByRole('grid')
    .getByRole('row', { name: /夏季交付 6/ })
    .waitFor();
  expect(await page.getByRole('row', { name: /夏季交付 1/ }).count()).toBe(0);
  await page.getByRole('button', { name: '日历' }).click();
  await page.getByRole('heading', { level: 2, name: /年/ }).waitFor();
  await context.close();
});

it('is a list of days on a phone', async () => {
  const { page, watch, context } = await signedIn(server, 'admin', phone);
  await page.goto(server.url + address);
  await day(page, '7月20日周一').getByRole('listitem', { name: '夏季交付 6' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
  watch.expectNone();
  await context.close();
});
