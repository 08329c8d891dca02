import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, phone, signedIn } from './browser';
import { Server } from './server';

let server: Server;
beforeAll(async () => {
  server = await Server.start(['lead-manager', 'opportunity-pipeline']);
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

it('says at the field what is wrong, keeps the rest, and saves once it is right', async () => {
  const { page, context } = await signedIn(server);
  await page.goto(`${server.url}/r/lead/new`);
  await page.getByRole('textbox', { name: '公司' }).fill('宁波测试机械');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('alert').filter({ hasText: '还有 1 处要改' }).waitFor();
  const name = page.getByRole('textbox', { name: '姓名' });
  await expect.poll(() => name.getAttribute('aria-invalid')).toBe('true');
  await name.fill('王建国');
  await page.getByRole('textbox', { name: '电话' }).fill('138001');
  await page.getByRole('button', { name: '保存' }).click();
  await expect.poll(() => page.getByRole('textbox', { name: '电话' }).getAttribute('aria-invalid')).toBe('true');
  expect(await page.getByRole('textbox', { name: '公司' }).inputValue()).toBe('宁波测试机械');
  await page.getByRole('textbox', { name: '电话' }).fill('138 0013 5678');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('heading', { name: '王建国', level: 1 }).waitFor();
  expect(new URL(page.url()).pathname).toMatch(/^\/r\/lead\/[0-9a-f-]{36}$/);
  expect((await server.find('lead', ['name', '=', '王建国'])).phone).toBe('+8613800135678');
  await context.close();
});

it('hints at a record that is there already while one types', async () => {
  const { page, context } = await signedIn(server);
  const lead = await server.find('lead', ['phone', 'present']);
  await page.goto(`${server.url}/r/lead/new`);
  await page.getByRole('textbox', { name: '电话' }).fill(String(lead.phone));
  await page.getByRole('status').filter({ hasText: '相近的记录' }).getByRole('link').first().waitFor();
  await context.close();
});

it('goes on with a draft on another device', async () => {
  const first = await signedIn(server);
  await first.page.goto(`${server.url}/r/account/new`);
  await first.page.getByRole('textbox', { name: '客户名称' }).fill('还没写完的客户');
  await first.page.getByRole('status').filter({ hasText: '草稿已保存' }).waitFor();
  await first.context.close();
  const second = await signedIn(server, 'admin', phone);
  await second.page.goto(`${server.url}/r/account/new`);
  await expect.poll(() => second.page.getByRole('textbox', { name: '客户名称' }).inputValue()).toBe('还没写完的客户');
  await second.page.getByRole('button', { name: '不要草稿，重新填' }).click();
  await expect.poll(() => second.page.getByRole('textbox', { name: '客户名称' }).inputValue()).toBe('');
  second.watch.expectNone();
  await second.context.close();
});

it('merges what two people changed, and asks where both changed the same', async () => {
  const { page, context } = await signedIn(server);
  const deal = await server.find('opportunity', ['name', '=', '鹏程物流 车辆检查']);
  await page.goto(`${server.url}/r/opportunity/${deal.id}/edit`);
  await page.getByRole('spinbutton', { name: '金额' }).fill('600000');
  await server.api('PATCH', `/records/opportunity/${deal.id}`, { amount: '500000', notes: '别人写的备注' });
  await page.getByRole('button', { name: '保存' }).click();
  const dialog = page.getByRole('dialog', { name: '别人先保存了' });
  for (const value of ['544,000', '500,000', '600,000']) await dialog.getByText(value).waitFor();
  await dialog.getByRole('button', { name: '保存' }).click();
  await page.getByRole('heading', { name: '鹏程物流 车辆检查', level: 1 }).waitFor();
  const now = await server.find('opportunity', ['id', '=', deal.id]);
  expect([now.amount, now.notes]).toEqual(['600000', '别人写的备注']);
  await context.close();
});

it('loses nothing when the server stops in mid-edit, and saves when it is back', async () => {
  const { page, context } = await signedIn(server);
  const account = await server.find('account', ['name', 'present']);
  await page.goto(`${server.url}/r/account/${account.id}/edit`);
  await page.getByRole('textbox', { name: '所在地' }).fill('服务器停了也不丢');
  await server.stop();
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByText('没有连上服务器。内容留在这里，连上后自动保存').waitFor();
  expect(await page.getByRole('textbox', { name: '所在地' }).inputValue()).toBe('服务器停了也不丢');
  await server.run();
  await page.getByRole('tab', { name: '动态' }).waitFor({ timeout: 40_000 });
  expect((await server.find('account', ['id', '=', account.id])).office_location).toBe('服务器停了也不丢');
  await context.close();
});

it('writes a follow-up on a phone', async () => {
  const { page, context } = await signedIn(server, 'admin', phone);
  await page.goto(`${server.url}/r/follow_up/new`);
  await page.getByRole('textbox', { name: '内容' }).fill('约了周三见面');
  await page.getByRole('combobox', { name: '方式' }).click();
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('tab', { name: '动态' }).waitFor();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
  await context.close();
});

it('comments, mentions, and finishes a task on the record', async () => {
  const { page, watch, context } = await signedIn(server);
  const deal = await server.find('opportunity', ['name', '=', '晋风能源 安全检查']);
  await page.goto(`${server.url}/r/opportunity/${deal.id}`);
  await page.getByRole('textbox', { name: '写评论，@ 提到同事' }).fill('报价已经发了');
  await page.getByRole('button', { name: '发送' }).click();
  await page.getByText('报价已经发了').waitFor();
  await page.getByRole('button', { name: '加一条待办' }).click();
  await page.getByRole('textbox', { name: '要做什么' }).fill('周五回访');
  await page.keyboard.press('Enter');
  await page.getByRole('checkbox', { name: '完成「周五回访」' }).click();
  await page.getByRole('status').filter({ hasText: '已完成「周五回访」' }).waitFor();
  await page.getByRole('tab', { name: '变更历史' }).click();
  await page.getByText('导入').first().waitFor();
  watch.expectNone();
  await context.close();
});
