import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, signedIn } from './browser';
import { Server } from './server';

let server: Server;
beforeAll(async () => {
  server = await Server.start(['opportunity-pipeline']);
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

it('filters in plain words, keeps the filter in the address and as a view of one’s own', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(`${server.url}/r/opportunity`);
  const grid = page.getByRole('grid', { name: '全部商机' });
  await grid.waitFor();
  await page.getByRole('button', { name: '筛选' }).click();
  await page.getByRole('combobox', { name: '字段' }).click();
  await page.keyboard.type('阶段');
  await page.keyboard.press('Enter');
  await page.getByRole('combobox', { name: '值' }).click();
  await page.getByTitle('合同评审').last().click();
  await page.getByRole('button', { name: '加上' }).click();
  await page.getByText('阶段 是 合同评审').waitFor();
  await expect.poll(() => grid.getByRole('row').count()).toBe(4);
  expect(new URL(page.url()).searchParams.get('where')).toBe('["stage","=","contract_review"]');
  await page.getByRole('button', { name: '另存为' }).click();
  await page.getByRole('textbox', { name: '视图名称' }).fill('快成的');
  await page.getByRole('button', { name: '保存' }).click();
  await page.getByRole('tab', { name: '快成的' }).and(page.locator('[aria-selected=true]')).waitFor();
  await page.reload();
  await page.getByRole('tab', { name: '快成的' }).and(page.locator('[aria-selected=true]')).waitFor();
  await expect.poll(() => page.getByRole('grid', { name: '快成的' }).getByRole('row').count()).toBe(4);
  watch.expectNone();
  await context.close();
});

it('edits a cell in place and takes it back', async () => {
  const { page, watch, context } = await signedIn(server);
  const deal = await server.find('opportunity', ['name', '=', '东海精工 MES 对接']);
  await page.goto(`${server.url}/r/opportunity`);
  const row = page.getByRole('row', { name: '东海精工 MES 对接' });
  const amount = row.getByRole('gridcell').nth(5);
  await amount.dblclick();
  const input = page.getByRole('spinbutton');
  await input.fill('123456');
  await input.press('Enter');
  await page.getByRole('status').filter({ hasText: '金额已改' }).waitFor();
  expect((await server.find('opportunity', ['id', '=', deal.id])).amount).toBe('123456');
  await expect.poll(() => amount.textContent()).toBe('123,456');
  await page.getByRole('button', { name: '撤销' }).click();
  await expect.poll(async () => (await server.find('opportunity', ['id', '=', deal.id])).amount).toBe(deal.amount);
  watch.expectNone();
  await context.close();
});

it('says so when a change cannot be taken back, since somebody else has gone on', async () => {
  const { page, context } = await signedIn(server);
  const deal = await server.find('opportunity', ['name', '=', '海棠酒店 布草管理']);
  await page.goto(`${server.url}/r/opportunity`);
  const amount = page.getByRole('row', { name: '海棠酒店 布草管理' }).getByRole('gridcell').nth(5);
  await amount.dblclick();
  const input = page.getByRole('spinbutton');
  await input.fill('777');
  await input.press('Enter');
  await page.getByRole('status').filter({ hasText: '金额已改' }).waitFor();
  await server.api('PATCH', `/records/opportunity/${deal.id}`, { amount: '888' });
  await page.getByRole('button', { name: '撤销' }).click();
  await page.getByRole('alert').filter({ hasText: /改/ }).waitFor();
  expect((await server.find('opportunity', ['id', '=', deal.id])).amount).toBe('888');
  await server.api('PATCH', `/records/opportunity/${deal.id}`, { amount: deal.amount });
  await context.close();
});

it('takes cells from a spreadsheet as one change that can be undone', async () => {
  const { page, context } = await signedIn(server);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${server.url}/r/opportunity?sort=name`);
  const rows = page.getByRole('grid').getByRole('row');
  await rows.nth(1).getByRole('gridcell').nth(5).click();
  const names = [await rows.nth(1).getAttribute('aria-label'), await rows.nth(2).getAttribute('aria-label')];
  const before = await Promise.all(names.map((name) => server.find('opportunity', ['name', '=', name])));
  await page.evaluate(() => navigator.clipboard.writeText('"11,000"\t2026-10-01\r\n22000\t2026-10-02\r\n'));
  await page.keyboard.press('Control+v');
  await page.getByRole('status').filter({ hasText: '已粘贴到 2 条记录' }).waitFor();
  for (const [i, want] of [
    ['11000', '2026-10-01'],
    ['22000', '2026-10-02'],
  ].entries()) {
    const now = await server.find('opportunity', ['id', '=', before[i]?.id]);
    expect([now.amount, now.engage_date]).toEqual(want);
  }
  await page.getByRole('button', { name: '撤销' }).click();
  await expect
    .poll(async () => (await server.find('opportunity', ['id', '=', before[0]?.id])).amount)
    .toBe(before[0]?.amount);
  await context.close();
});

it('moves with the keyboard, selects, and changes many records with one result each', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(`${server.url}/r/account`);
  const grid = page.getByRole('grid', { name: '客户' });
  await grid.getByRole('row').nth(1).getByRole('gridcell').nth(2).click();
  await page.keyboard.press('Space');
  await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Space');
  await page.getByRole('region', { name: '已选 2 条' }).getByRole('button', { name: '批量修改' }).click();
  await page.getByRole('combobox', { name: '改哪一项' }).click();
  await page.keyboard.type('所在地');
  await page.keyboard.press('Enter');
  await page.getByRole('textbox', { name: '所在地' }).fill('桃花源');
  await page.getByRole('button', { name: '改 2 条' }).click();
  await page.getByRole('status').filter({ hasText: '已修改 2 条' }).waitFor();
  const { count } = await server.api<{ count: number }>('POST', '/records/account/query', {
    where: ['office_location', '=', '桃花源'],
    count: 'exact',
  });
  expect(count).toBe(2);
  watch.expectNone();
  await context.close();
});

it('shows a list in groups with sums, and opens a group', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(`${server.url}/r/opportunity`);
  await page.getByRole('button', { name: '分组' }).click();
  await page.getByRole('menuitem', { name: '阶段' }).click();
  const row = page.getByRole('row').filter({ hasText: '赢单' });
  await row.getByRole('link', { name: '4', exact: true }).click();
  await page.getByText('阶段 是 赢单').waitFor();
  await expect.poll(() => page.getByRole('grid').getByRole('row').count()).toBe(5);
  watch.expectNone();
  await context.close();
});

it('looks into a record without leaving the list', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(`${server.url}/r/opportunity`);
  const row = page.getByRole('row', { name: '北辰通信 基站巡检' });
  await row.hover();
  await row.getByRole('button', { name: '预览 北辰通信 基站巡检' }).click();
  const drawer = page.getByRole('dialog', { name: '北辰通信 基站巡检' });
  await drawer.getByText('1,896,000').waitFor();
  expect(new URL(page.url()).pathname).toBe('/r/opportunity');
  await drawer.getByRole('button', { name: '打开' }).click();
  await page.getByRole('heading', { name: '北辰通信 基站巡检', level: 1 }).waitFor();
  watch.expectNone();
  await context.close();
});

it('tells apart nothing yet and nothing for these conditions', async () => {
  const { page, context } = await signedIn(server);
  await page.goto(`${server.url}/r/contact`);
  await page.getByRole('heading', { name: '还没有联系人' }).waitFor();
  await page.goto(`${server.url}/r/opportunity?where=${encodeURIComponent('["name","=","没有这个"]')}`);
  await page.getByText('都被「商机名称 是 没有这个」挡住了').waitFor();
  await page.getByRole('button', { name: '去掉条件', exact: true }).click();
  await page.getByRole('grid').waitFor();
  await context.close();
});

it('shows another person’s change within a second', async () => {
  const { page, context } = await signedIn(server);
  await page.goto(`${server.url}/r/opportunity`);
  const row = page.getByRole('row', { name: '青禾农业 农技服务' });
  await row.waitFor();
  const deal = await server.find('opportunity', ['name', '=', '青禾农业 农技服务']);
  await page.waitForTimeout(500); // the subscription is open
  await server.api('PATCH', `/records/opportunity/${deal.id}`, { amount: '777' });
  await row.getByText('777', { exact: true }).waitFor({ timeout: 1000 });
  await context.close();
});
