import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, phone, signedIn } from './browser';
import { Server } from './server';

let server: Server;
beforeAll(async () => {
  server = await Server.start(['opportunity-pipeline']);
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

const board = '/r/opportunity?view=opportunity_board';
const card = (page: Page, stage: string, name: string) =>
  page.getByRole('list', { name: stage, exact: true }).getByRole('listitem', { name });

/** Lifts a card and holds it over a column. */
async function hold(page: Page, name: string, from: string, to: string) {
  const a = await card(page, from, name).boundingBox();
  const b = await page.getByRole('list', { name: to, exact: true }).boundingBox();
  if (!a || !b) throw new Error('not on screen');
  await page.mouse.move(a.x + 60, a.y + 20);
  await page.mouse.down();
  await page.mouse.move(a.x + 80, a.y + 30, { steps: 4 });
  await page.mouse.move(b.x + b.width / 2, b.y + 60, { steps: 12 });
}

it('explains a forbidden move while the card is in the hand, and puts it back', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(server.url + board);
  await card(page, '寻找客户', '医疗行业展会线索').waitFor();
  await hold(page, '医疗行业展会线索', '寻找客户', '技术评估');
  await page.getByText('要先经过 接洽').first().waitFor();
  await page
    .getByText(/缺：.*客户需求确认书/)
    .first()
    .waitFor();
  await page.mouse.up();
  await page
    .getByRole('alert')
    .filter({ hasText: /要先经过 接洽 缺：.*客户需求确认书/ })
    .waitFor();
  await page.waitForTimeout(500); // nothing moves afterwards
  expect(await card(page, '寻找客户', '医疗行业展会线索').count()).toBe(1);
  expect((await server.find('opportunity', ['name', '=', '医疗行业展会线索'])).stage).toBe('prospecting');
  watch.expectNone();
  await context.close();
});

it('asks for what a stage needs, moves the card, and the other browser sees it within a second', async () => {
  const { page, watch, context } = await signedIn(server);
  const other = await signedIn(server);
  await page.goto(server.url + board);
  await other.page.goto(server.url + board);
  await card(other.page, '接洽', '澜沧医疗 售后工单').waitFor();
  await hold(page, '澜沧医疗 售后工单', '接洽', '技术评估');
  await page.getByText('松手：进入技术评估').waitFor();
  await page.mouse.up();
  const dialog = page.getByRole('dialog', { name: '进入「技术评估」还差 1 项' });
  await dialog.waitFor();
  await dialog
    .locator('input[type=file]')
    .setInputFiles({ name: '需求确认书.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4\n%%EOF\n') });
  await dialog.getByRole('link', { name: '需求确认书.pdf' }).waitFor();
  await dialog.getByRole('button', { name: '补齐并移动' }).click();
  await page.getByRole('status').filter({ hasText: '「澜沧医疗 售后工单」已到 技术评估' }).waitFor();
  await card(other.page, '技术评估', '澜沧医疗 售后工单').waitFor({ timeout: 1000 });
  watch.expectNone();
  await context.close();
  await other.context.close();
});

it('moves a card with the keyboard alone', async () => {
  const { page, context } = await signedIn(server);
  await page.goto(server.url + board);
  const mine = card(page, '寻找客户', '海棠酒店 布草管理');
  await mine.getByRole('button', { name: '海棠酒店 布草管理', exact: true }).focus();
  await page.keyboard.press('Space');
  await page.getByText('松手：开始接洽').waitFor();
  await page.keyboard.press('ArrowRight');
  await page.waitForTimeout(300); // the drop target is found in the next frames
  await page.keyboard.press('Space');
  await card(page, '接洽', '海棠酒店 布草管理').waitFor();
  await context.close();
});

it('moves a card by touch, and from its menu', async () => {
  const { page, context } = await signedIn(server, 'admin', { ...phone, viewport: { width: 1024, height: 800 } });
  await page.goto(server.url + board);
  const name = '晋风能源 合同台账';
  const a = await card(page, '接洽', name).boundingBox();
  const b = await page.getByRole('list', { name: '寻找客户', exact: true }).boundingBox();
  if (!a || !b) throw new Error('not on screen');
  const session = await context.newCDPSession(page);
  const touch = (type: 'touchStart' | 'touchMove' | 'touchEnd', x = 0, y = 0) =>
    session.send('Input.dispatchTouchEvent', { type, touchPoints: type === 'touchEnd' ? [] : [{ x, y }] });
  await touch('touchStart', a.x + 60, a.y + 20);
  await page.waitForTimeout(400); // a long press lifts
  for (let i = 1; i <= 10; i++)
    await touch('touchMove', a.x + 60 + ((b.x + 100 - a.x - 60) * i) / 10, a.y + 20 + ((b.y + 60 - a.y - 20) * i) / 10);
  await touch('touchEnd');
  const dialog = page.getByRole('dialog', { name: /进入「寻找客户」/ });
  await dialog.getByRole('textbox', { name: '原因' }).fill('客户推迟');
  await dialog.getByRole('button', { name: '退回寻找客户' }).click();
  await card(page, '寻找客户', name).waitFor();
  await card(page, '寻找客户', name)
    .getByRole('button', { name: `移动 ${name}` })
    .click();
  await page.getByRole('menuitem', { name: '接洽' }).click();
  await card(page, '接洽', name).waitFor();
  await context.close();
});

it('never shows a person what is outside his rights', async () => {
  await server.letIn('chen.xi');
  const { page, context } = await signedIn(server, 'chen.xi');
  const frames: string[] = [];
  page.on('websocket', (ws) => ws.on('framereceived', (f) => frames.push(String(f.payload))));
  await page.goto(server.url + board);
  await card(page, '接洽', '北辰通信 基站巡检').waitFor();
  expect(await page.getByRole('listitem', { name: '粤港澳门店数字化' }).count()).toBe(0);
  const foreign = await server.find('opportunity', ['name', '=', '粤港澳门店数字化']);
  await page.waitForTimeout(500);
  await server.api('PATCH', `/records/opportunity/${foreign.id}`, { notes: '只给别人看的' });
  await page.waitForTimeout(1000);
  expect(frames.join('')).not.toContain(foreign.id);
  await context.close();
});
