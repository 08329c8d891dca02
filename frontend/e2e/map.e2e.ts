import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeBrowser, signedIn } from './browser';
import { Server } from './server';

let server: Server;
beforeAll(async () => {
  server = await Server.start(['lead-manager'], false);
  for (const [name, region] of [
    ['宁波一号', '330200'],
    ['鄞州二号', '330212'],
    ['南沙三号', '440115'],
    ['没有地区', null],
  ]) {
    await server.api('POST', '/records/lead', { name, ...(region ? { region } : {}) });
  }
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

it('counts the leads of each province, live, and opens those of one', async () => {
  const { page, watch, context } = await signedIn(server);
  await page.goto(`${server.url}/r/lead?view=lead_list`);
  await page.getByRole('button', { name: '地图' }).click();
  await page.getByRole('button', { name: '广东省 1 条，查看记录' }).waitFor();
  expect(await page.getByRole('button', { name: /海南省/ }).isDisabled()).toBe(true);
  await page.getByRole('button', { name: '未填地区 1' }).waitFor();
  await server.api('POST', '/records/lead', { name: '三亚四号', region: '460200' });
  await page.getByRole('button', { name: '海南省 1 条，查看记录' }).waitFor({ timeout: 2000 });
  await page.getByRole('button', { name: '浙江省 2 条，查看记录' }).click();
  const rows = page.getByRole('grid').getByRole('row', { name: /号/ });
  await page.getByRole('row', { name: /鄞州二号/ }).waitFor();
  expect(await rows.count()).toBe(2);
  await page.goBack();
  await page.getByRole('button', { name: /广东省/ }).waitFor();
  watch.expectNone();
  await context.close();
});
