// What every test of the page stands on: one browser a file, one inspector a test.

import { mkdirSync } from 'node:fs';
import { after, before } from 'node:test';

import { openPage, startBrowser } from './browser.js';
import { startInspector } from './inspector.js';

/** A page that never shows what a test waits for fails that test, it does not hang the run. */
export const limits = { timeout: 60_000 };

let browser;
before(async () => { browser = await startBrowser(); });
after(() => browser?.close());

/** An inspector that ends with its test. */
export async function freshInspector(context) {
  const inspector = await startInspector();
  context.after(() => inspector.stop());
  return inspector;
}

/** Where pictures go: a folder that git ignores. */
export function picture(name) {
  const folder = process.env.HANDSPAN_PICTURES ?? new URL('../../../target/page-tests', import.meta.url).pathname;
  mkdirSync(folder, { recursive: true });
  return `${folder}/${name}.png`;
}

/** A page that is closed with its test, however that ends. */
export async function open(context, url, options) {
  const opened = await openPage(browser, url, options);
  context.after(opened.close);
  return opened;
}
