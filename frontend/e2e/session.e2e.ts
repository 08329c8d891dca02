import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, newContext, signedIn, Watch } from './browser';
import { password, Server } from './server';

let server: Server;
beforeAll(async () => {
  server = await Server.start(['opportunity-pipeline']);
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

it('asks to log in, says what is wrong, and leads to the page that was asked for', async () => {
  const context = await newContext(server);
  const page = await context.newPage();
  const watch = new Watch(page);
  await page.goto(`${server.url}/r/account`);
  expect(page.url()).toBe(`${server.url}/login?next=%2Fr%2Faccount`);
  watch.expectNone();
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByText('填上账号').waitFor();
  await page.getByRole('textbox', { name: '账号' }).fill('admin');
  await page.getByRole('textbox', { name: '密码' }).fill('wrong');
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('alert').waitFor();
  await page.getByRole('textbox', { name: '密码' }).fill(password);
  await page.getByRole('button', { name: '登录' }).click();
  await page.getByRole('grid', { name: '客户' }).waitFor();
  expect(page.url()).toBe(`${server.url}/r/account`);
  await context.close();
});

it('never leads to another site after logging in', async () => {
  for (const next of ['https://evil.example/', '//evil.example/', '/\\evil.example/']) {
    const context = await newContext(server);
    const page = await context.newPage();
    await page.goto(`${server.url}/login?next=${encodeURIComponent(next)}`);
    await page.getByRole('textbox', { name: '账号' }).fill('admin');
    await page.getByRole('textbox', { name: '密码' }).fill(password);
    await page.getByRole('button', { name: '登录' }).click();
    await page.waitForURL(`${server.url}/`);
    await context.close();
  }
});

it('changes language and appearance at once, and keeps them', async () => {
  const { page, context, watch } = await signedIn(server);
  await page.goto(`${server.url}/settings`);
  await page.getByText('English').click();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  await page.getByText('Dark', { exact: true }).click();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  await page.reload();
  await page.getByRole('heading', { name: 'Settings', level: 1 }).waitFor();
  expect(await page.locator('html').getAttribute('data-theme')).toBe('dark');
  expect(await page.locator('html').getAttribute('lang')).toBe('en');
  watch.expectNone();
  await context.close();
});

it('finds records, pages and actions from the keyboard', async () => {
  const { page, context, watch } = await signedIn(server);
  await page.keyboard.press('Control+k');
  await page.getByRole('combobox', { name: '搜索或跳转' }).and(page.locator(':focus')).waitFor();
  await page.keyboard.type('东海精工 MES');
  const found = page.getByRole('option', { name: /东海精工 MES 对接/ });
  await found.waitFor();
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '东海精工 MES 对接', level: 1 }).waitFor();
  await page.goBack();
  await page.getByRole('heading', { name: '今天', level: 1 }).waitFor();
  watch.expectNone();
  await context.close();
});

it('shows all keys, and goes by them', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(`${server.url}/r/account`);
  await page.getByRole('grid', { name: '客户' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: '快捷键' }).getByText('新建客户').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('dialog', { name: '快捷键' }).waitFor({ state: 'hidden' });
  await page.keyboard.press('n');
  await page.getByRole('heading', { name: '新建客户', level: 1 }).waitFor();
  watch.expectNone();
  await context.close();
});

it('changes one’s own password, and shows and ends other devices', async () => {
  const id = await server.letIn('zhou.lan');
  const other = await signedIn(server, 'zhou.lan');
  const { page, watch, context } = await signedIn(server, 'zhou.lan');
  await page.goto(`${server.url}/settings?tab=security`);
  const devices = page.getByRole('table', { name: '登录着的设备' }).getByRole('row');
  await devices.filter({ hasText: '这台' }).waitFor();
  const before = await devices.count();
  await devices.getByRole('button', { name: '退出' }).first().click();
  await expect.poll(() => devices.count()).toBe(before - 1);
  watch.expectNone();
  await page.getByRole('textbox', { name: '现在的密码' }).fill('not this one');
  await page.getByRole('textbox', { name: '新密码' }).fill('a better long one 7');
  await page.getByRole('button', { name: '改密码' }).click();
  await page.getByRole('alert').filter({ hasText: '密码' }).waitFor();
  await page.getByRole('textbox', { name: '现在的密码' }).fill(password);
  await page.getByRole('button', { name: '改密码' }).click();
  await page.getByRole('status').filter({ hasText: '密码已改' }).waitFor();
  await expect.poll(() => devices.count()).toBe(1);
  await other.page.goto(`${server.url}/`);
  expect(other.page.url()).toBe(`${server.url}/login`);
  await server.api('PUT', `/users/${id}/password`, { password });
  await context.close();
  await other.context.close();
});

it('ends a session everywhere when its user logs out', async () => {
  const { page, context } = await signedIn(server);
  await page.getByRole('button', { name: /Administrator/ }).click();
  await page.getByRole('menuitem', { name: '退出登录' }).click();
  await page.waitForURL(`${server.url}/login`);
  await page.goto(`${server.url}/`);
  expect(page.url()).toBe(`${server.url}/login`);
  await context.close();
});
