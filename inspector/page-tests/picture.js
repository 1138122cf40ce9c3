// Makes docs/inspector-session.png: `npm run picture`, of the made-up session; `npm run picture -- URL [TEXT]` of what a running
// inspector has: the newest session, or the newest whose row holds the text.

import { fileURLToPath } from 'node:url';

import { openPage, startBrowser } from './support/browser.js';
import { startInspector } from './support/inspector.js';
import { others, postSession, purchase } from './support/session.js';

const [given, text] = process.argv.slice(2);
const path = fileURLToPath(new URL('../../docs/inspector-session.png', import.meta.url));

const inspector = given ? { url: given, stop: () => {} } : await startInspector();
const browser = await startBrowser();
try {
  if (!given) {
    const start = Date.now() - 20_000;
    await postSession(inspector.url, { events: others(start - 600_000), logs: [{ message: 'synced', session_id: others(0)[3].session.id }] });
    await postSession(inspector.url, purchase(start));
  }
  const { page } = await openPage(browser, inspector.url, { viewport: { width: 1440, height: 1000 } });
  await page.getByRole('tab', { name: 'Sessions' }).click();
  await page.getByRole('listbox', { name: 'Sessions' }).getByRole('option').filter({ hasText: text ?? '' }).first().click();
  const rows = page.getByRole('listbox', { name: 'What happened' }).getByRole('option');
  await rows.first().waitFor();
  const failed = rows.and(page.locator('[data-kind=resource][data-failed]'));
  const shown = (await failed.count()) > 0 ? failed.first() : rows.and(page.locator('[data-kind=resource]')).first();
  await shown.click();
  await page.locator('#item .members').waitFor();
  await page.screenshot({ path });
  console.log(path);
} finally {
  await browser.close();
  await inspector.stop();
}
