import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, it } from 'vitest';
import { closeBrowser, signedIn } from '../e2e/browser';
import { Server } from '../e2e/server';

const records = Number(process.env.WEFT_BENCH_RECORDS ?? 100_000);
const rounds = 20;

let server: Server;
beforeAll(async () => {
  server = await Server.start(['lead-manager']);
  await importLeads();
});
afterAll(async () => {
  await closeBrowser();
  await server.remove();
});

/** Leads as history, so that no trigger works on them. */
async function importLeads() {
  const file = join(mkdtempSync(join(tmpdir(), 'weft-bench-')), 'leads.csv');
  const grades = ['first', 'second', 'third'];
  const lines = Array.from(
    { length: records },
    (_, i) => `测试客户${i},1${3000000000 + i},第${i % 5000}机械公司,${grades[i % 3]}`,
  );
  writeFileSync(file, `name,phone,company,grade\n${lines.join('\n')}\n`);
  const { token } = (await (
    await fetch(`${server.url}/api/v1/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ login: 'admin', password: 'weft-demo-2026' }),
    })
  ).json()) as { token: string };
  const answer = await fetch(`${server.url}/api/v1/records/lead/import?historical=true`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'text/csv' },
    body: readFileSync(file),
  });
  const { id } = (await answer.json()) as { id: string };
  for (;;) {
    const report = await server.api<{ state: string; files: { created: number }[] }>('GET', `/imports/${id}`);
    if (report.state === 'done') return console.log(`${report.files[0]?.created} leads`);
    if (report.state === 'failed') throw new Error(JSON.stringify(report).slice(0, 500));
    await new Promise((done) => setTimeout(done, 500));
  }
}

const at = (sorted: number[], part: number) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;

function print(name: string, times: number[]) {
  const sorted = [...times].sort((a, b) => a - b);
  console.log(
    `${name}: p50 ${at(sorted, 0.5).toFixed(0)} ms, p95 ${at(sorted, 0.95).toFixed(0)} ms (${times.length} times)`,
  );
}

/** How long it takes in the page from a click until something is drawn. */
async function timed(page: Page, click: string, shown: string): Promise<number> {
  return page.evaluate(
    ([clickable, wanted]) =>
      new Promise<number>((resolve, reject) => {
        const start = performance.now();
        document.querySelector<HTMLElement>(clickable as string)?.click();
        const look = () => {
          if (document.querySelector(wanted as string))
            return requestAnimationFrame(() => resolve(performance.now() - start));
          if (performance.now() - start > 10_000) return reject(new Error(`not shown: ${wanted}`));
          requestAnimationFrame(look);
        };
        look();
      }),
    [click, shown],
  );
}

async function flows(page: Page, note: string) {
  const [list, filter, record]: [number[], number[], number[]] = [[], [], []];
  await page.goto(`${server.url}/r/lead?view=lead_list`);
  await page.getByRole('grid').getByRole('row').nth(1).waitFor();
  for (let i = 0; i < rounds; i++) {
    await timed(page, 'a[href="/"]', 'h2');
    list.push(await timed(page, 'a[href*="view=lead_list"]', '[role=grid] [role=row][aria-rowindex="2"]'));
    filter.push(
      await timed(page, '[role=tab]:nth-of-type(6)', '[role=grid][aria-label="公海"] [role=row][aria-rowindex="2"]'),
    );
    await timed(page, '[role=tab]:nth-of-type(4)', '[role=grid][aria-label="全部线索"] [role=row][aria-rowindex="2"]');
    record.push(await timed(page, '[role=grid] [role=row][aria-rowindex="3"] a', '[role=tabpanel]'));
    await page.goBack();
    await page.getByRole('grid').getByRole('row').nth(1).waitFor();
  }
  print(`list, first rows${note}`, list);
  print(`filter change${note}`, filter);
  print(`record open${note}`, record);
}

it('measures a list of many leads', async () => {
  const { page, context } = await signedIn(server);
  await flows(page, '');
  await scroll(page);
  await context.close();
});

it('measures interactions on a slow processor', async () => {
  const { page, context } = await signedIn(server);
  const devtools = await context.newCDPSession(page);
  await devtools.send('Emulation.setCPUThrottlingRate', { rate: 4 });
  await page.addInitScript(() => {
    const store = window as unknown as { durations: number[] };
    store.durations = [];
    new PerformanceObserver((list) => {
      for (const e of list.getEntries()) store.durations.push(e.duration);
    }).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit);
  });
  await page.goto(`${server.url}/r/lead?view=lead_list`);
  const grid = page.getByRole('grid');
  await grid.getByRole('row').nth(1).waitFor();
  for (let i = 1; i < 12; i++) {
    await grid.getByRole('row').nth(i).getByRole('gridcell').nth(2).click();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Space');
  }
  for (const name of ['公海', '全部线索', '待清洗池', '全部线索']) {
    await page.getByRole('tab', { name }).click();
    await page.waitForTimeout(500);
  }
  const durations = await page.evaluate(() => (window as unknown as { durations: number[] }).durations);
  print('interaction to next paint, processor at a quarter', durations);
  await context.close();
});

/** Scrolls by wheel and counts slow frames and frames without a row. */
async function scroll(page: Page) {
  await page.goto(`${server.url}/r/lead?view=lead_list`);
  await page.getByRole('grid').getByRole('row').nth(1).waitFor();
  await page.mouse.move(700, 500);
  await page.evaluate(() => {
    const store = window as unknown as { frameTimes: number[]; blank: number };
    store.frameTimes = [];
    store.blank = 0;
    let last = performance.now();
    const frame = () => {
      const now = performance.now();
      store.frameTimes.push(now - last);
      const under = document.elementFromPoint(700, 500);
      if (!under?.closest('[role=row]')) store.blank = Math.max(store.blank, now - last);
      last = now;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  });
  for (let i = 0; i < 120; i++) {
    await page.mouse.wheel(0, 400);
    await page.waitForTimeout(30);
  }
  const { frames, blank } = await page.evaluate(() => {
    const store = window as unknown as { frameTimes: number[]; blank: number };
    return { frames: store.frameTimes, blank: store.blank };
  });
  print('scrolling, frames', frames);
  console.log(`longest frame ${Math.max(...frames).toFixed(0)} ms, longest without a row ${blank.toFixed(0)} ms`);
}
