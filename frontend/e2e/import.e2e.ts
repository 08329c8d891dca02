import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, signedIn } from './browser';
import { Server } from './server';

const data = fileURLToPath(new URL('../../../shared/data/b2b-sales/', import.meta.url));

let server: Server;
beforeAll(async () => {
  server = await Server.start([]);
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

it('installs both templates, imports 8,800 deals by hand, and opens the rows behind the figures', async () => {
  const { page, watch, context } = await signedIn(server);
  for (const name of ['线索管理', '商机管道']) {
    await page.goto(`${server.url}/templates`);
    await page
      .getByRole('listitem')
      .filter({ has: page.getByRole('heading', { name }) })
      .getByRole('button', { name: '安装' })
      .click();
    const drawer = page.getByRole('dialog', { name: `安装「${name}」` });
    await drawer.getByRole('checkbox', { name: '带上示例数据' }).uncheck();
    await drawer.getByRole('button', { name: '安装' }).click();
    await page
      .getByRole('status')
      .filter({ hasText: `「${name}」装好了` })
      .waitFor({ timeout: 30_000 });
  }
  await page.getByRole('link', { name: '商机看板' }).waitFor();
  await page.goto(`${server.url}/import`);
  await page
    .locator('input[type=file]')
    .setInputFiles(['accounts.csv', 'products.csv', 'sales_teams.csv', 'sales_pipeline.csv'].map((f) => data + f));
  await page.getByRole('button', { name: '核对' }).click();
  await page.getByText('没有问题，可以导入').waitFor({ timeout: 60_000 });
  await page.getByRole('button', { name: /^导入 [\d,]+ 行$/ }).click();
  await page.getByText('导入完成').waitFor({ timeout: 90_000 });
  await page.goto(`${server.url}/d/sales`);
  const won = page.getByRole('figure', { name: '赢单总额' });
  await won.getByRole('link', { name: '10,005,534' }).waitFor();
  await won.getByRole('link', { name: '4,238 条' }).click();
  await page.getByText('4,238 条').waitFor();
  await page.getByText('阶段 是 赢单').waitFor();
  watch.expectNone();
  await context.close();
}, 240_000);

it('undoes an import', async () => {
  const { page, context } = await signedIn(server);
  await page.goto(`${server.url}/import?entity=product`);
  await page.locator('input[type=file]').setInputFiles({
    name: '新品.csv',
    mimeType: 'text/csv',
    buffer: Buffer.from('产品名称,标价\n织云试用版,1200\n织云坏行,很贵\n'),
  });
  await page.getByRole('button', { name: '核对' }).click();
  await page.getByText('没有问题，可以导入').waitFor();
  await page.getByRole('combobox', { name: '放进哪个字段 标价' }).click();
  await page.keyboard.type('售价');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: '重新核对' }).click();
  await page.getByText('1 行有问题，会跳过').waitFor();
  await page.getByRole('link', { name: '下载有问题的行' }).waitFor();
  await page.getByRole('button', { name: '导入 1 行' }).click();
  await page.getByText('导入完成').waitFor();
  await server.find('product', ['name', '=', '织云试用版']);
  await page.getByRole('button', { name: '撤销这次导入' }).click();
  await page.getByText('已撤销').first().waitFor();
  const { count } = await server.api<{ count: number }>('POST', '/records/product/query', {
    where: ['name', '=', '织云试用版'],
    count: 'exact',
  });
  expect(count).toBe(0);
  await context.close();
});
