import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, newContext, phone, signedIn, Watch } from './browser';
import { Server } from './server';

let server: Server;
beforeAll(async () => {
  server = await Server.start(['lead-manager']);
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

it('takes a visitor’s form on a phone and shows the assigned lead live', async () => {
  const { url } = await server.api<{ url: string }>('POST', '/forms/lead_public/links', {});
  const office = await signedIn(server);
  await office.page.goto(`${server.url}/r/lead?view=lead_list`);
  await office.page.getByRole('grid').waitFor();
  const context = await newContext(server, phone);
  const page = await context.newPage();
  const watch = new Watch(page);
  await page.goto(server.url + new URL(url).pathname);
  await page.getByRole('button', { name: '提交' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('textbox', { name: /姓名/ }).fill('林小满');
  await page.getByRole('textbox', { name: /电话/ }).fill('13912345678');
  await page.getByRole('textbox', { name: /公司/ }).fill('宁波满山仪表');
  await page.reload();
  await expect.poll(() => page.getByRole('textbox', { name: /姓名/ }).inputValue()).toBe('林小满');
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await page.getByRole('button', { name: '提交' }).click();
  await page
    .getByRole('heading', { name: '收到了，谢谢' })
    .or(page.getByRole('status').getByRole('heading'))
    .first()
    .waitFor();
  watch.expectNone();
  await office.page.getByRole('row', { name: '林小满' }).waitFor({ timeout: 10_000 });
  await expect
    .poll(async () => (await server.find('lead', ['name', '=', '林小满'])).owner, { timeout: 10_000 })
    .toBeTruthy();
  office.watch.expectNone();
  await context.close();
  await office.context.close();
});

it('makes a link with a QR code to share, and takes it back', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(`${server.url}/r/lead`);
  await page.getByRole('button', { name: '更多' }).click();
  await page
    .getByRole('menuitem', { name: /公开表单/ })
    .first()
    .click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('combobox', { name: '来源（可不填）' }).click();
  await page.keyboard.type('展会');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: '新建链接' }).click();
  const link = dialog.getByRole('link', { name: /\/f\// }).first();
  await link.waitFor();
  const address = await link.getAttribute('href');
  const visitor = await (await newContext(server, phone)).newPage();
  await visitor.goto(address ?? '');
  await visitor.getByRole('button', { name: '提交' }).waitFor();
  await dialog.getByRole('button', { name: '作废' }).first().click();
  await page.getByRole('status').filter({ hasText: '链接已作废' }).waitFor();
  watch.expectNone();
  await context.close();
});

it('lets a salesperson claim a lead from the public pool', async () => {
  const me = await server.letIn('lin.feng');
  const lead = await server.find('lead', {
    all: [
      ['stage', '=', 'public'],
      ['owner', 'empty'],
    ],
  });
  const { page, watch, context } = await signedIn(server, 'lin.feng');
  await page.goto(`${server.url}/r/lead/${lead.id}`);
  await page.getByRole('button', { name: '领取' }).click();
  await page.getByRole('status').filter({ hasText: '已领取，负责人是你' }).waitFor();
  expect((await server.find('lead', ['id', '=', lead.id])).owner).toBe(me);
  watch.expectNone();
  await context.close();
});

it('explains to a person why he sees a record', async () => {
  await server.letIn('lin.feng');
  const { page, watch, context } = await signedIn(server, 'lin.feng');
  await page.goto(`${server.url}/r/lead?view=lead_mine`);
  await page.getByRole('grid').getByRole('row').nth(1).getByRole('link').click();
  await page.getByRole('heading', { name: '为什么我能看到' }).waitFor();
  await page.getByText('线索销售').first().waitFor();
  watch.expectNone();
  await context.close();
});
