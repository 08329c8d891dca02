import { chromium } from 'playwright-core';
const [,, ...args] = process.argv;
const opt = Object.fromEntries(args.filter(a=>a.startsWith('--')).map(a=>a.slice(2).split('=')));
const paths = args.filter(a=>!a.startsWith('--'));
const browser = await chromium.launch({ executablePath: '/usr/bin/chromium' });
const phone = args.includes("--phone");
const ctx = await browser.newContext({ viewport: phone ? {width:390,height:844} : {width: Number(opt.w ?? 1440),height:900}, deviceScaleFactor: 1, locale: opt.lang ?? 'zh-CN', hasTouch: phone, isMobile: phone, colorScheme: opt.theme ?? 'light' });
await ctx.addCookies([{name:'weft_language',value:opt.lang ?? 'zh-CN',url:'http://127.0.0.1:8599'},{name:'weft_theme',value:opt.theme ?? 'light',url:'http://127.0.0.1:8599'}]);
const page = await ctx.newPage();
page.on('console', m => ['error','warning'].includes(m.type()) && console.log('CONSOLE', m.type(), m.text().slice(0,300)));
page.on('pageerror', e => console.log('PAGEERROR', e.message.slice(0,300)));
page.on('response', r => r.status()>=400 && console.log('HTTP', r.status(), r.url().slice(0,160)));
await page.goto('http://127.0.0.1:8599/login');
if (paths[0] !== '/login') {
await page.getByLabel(/账号|Login/).fill(opt.login ?? 'admin');
await page.getByRole('textbox', {name: /密码|Password/}).fill(opt.password ?? 'weft-demo-2026');
await page.getByRole('button', {name: /^(登录|Log in)$/}).click();
await page.waitForURL('http://127.0.0.1:8599/');
await page.waitForTimeout(1200);
}
let i=0;
for (const p of paths) {
  if (p !== '/login') { const t=Date.now(); await page.goto('http://127.0.0.1:8599'+p); await page.waitForLoadState('networkidle').catch(()=>{}); }
  await page.waitForTimeout(Number(opt.wait ?? 700));
  if (opt.do) await (new Function('page', `return (async()=>{${opt.do}})()`))(page);
  const name = `/tmp/shot${opt.name ?? ''}${i++}.png`;
  await page.screenshot({ path: name });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  console.log(name, p, 'overflow', wide);
}
await browser.close();
