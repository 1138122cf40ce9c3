// The sessions half of the page: a story, its waterfall, what is wrong with an event, the search.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { postSpans } from './support/events.js';
import { SESSION, others, post, postSession, purchase, uuid } from './support/session.js';
import { freshInspector, limits, open, picture } from './support/setting.js';

const START = 1_795_262_400_000;

let inspector;
beforeEach(async (context) => { inspector = await freshInspector(context); });

const rum = (...events) => post(`${inspector.url}/api/v2/rum?ddsource=android`, events.map((event) => JSON.stringify(event)).join('\n'));
const sessions = (page) => page.getByRole('listbox', { name: 'Sessions' }).getByRole('option');
const rows = (page) => page.getByRole('listbox', { name: 'What happened' }).getByRole('option');
const details = (page) => page.getByRole('article', { name: 'Event details' });

/** The page at its sessions, the one of a user opened. */
async function opened(context, user, options) {
  const { page, problems } = await open(context, inspector.url, options);
  await page.getByRole('tab', { name: 'Sessions' }).click();
  if (user) await sessions(page).filter({ hasText: user }).click();
  return { page, problems };
}

test('sessions stand newest first, with who, when, how long and what went wrong', limits, async (context) => {
  const { page, problems } = await opened(context);
  await page.getByText('No session has sent anything yet.').waitFor();
  await postSession(inspector.url, { events: others(START - 600_000), logs: [{ message: 'synced', session_id: uuid(3), date: START }] });
  await postSession(inspector.url, purchase(START));
  await page.getByRole('tab', { name: 'Sessions 3' }).waitFor();
  const told = (await sessions(page).allInnerTexts()).map((text) => text.split('\n'));
  assert.deepEqual(told.map(([who]) => who), ['Zoë Müller Android', 'Yusuf iOS', 'anonymous 7c9e6679 Android']);
  for (const part of ['1 error', '1 frustration', '15.12 s · 4 views', 'com.example.shop 2.14.0 · Google Pixel 9', 'user_app_launch']) {
    assert.ok(told[0].join('\n').includes(part), `${part} is missing in ${told[0]}`);
  }
  assert.ok(told[1].includes('1 crash'));
  assert.deepEqual(problems, []);
});

test('a session is a story: views in order, each with its events in time', limits, async (context) => {
  await postSession(inspector.url, purchase(START));
  const { page, problems } = await opened(context, 'Zoë');
  await rows(page).first().waitFor();
  const groups = page.getByRole('listbox', { name: 'What happened' }).getByRole('group');
  assert.deepEqual(await groups.evaluateAll((all) => all.map((group) => group.ariaLabel)), ['View ApplicationLaunch', 'View Home', 'View Product', 'View Cart']);
  assert.deepEqual(await page.locator('.legend .chip').allInnerTexts(),
    ['Actions 5', 'Resources 10', 'Errors 1', 'Long tasks 2', 'Vitals 4', 'Logs 3', 'Spans 1']);
  assert.equal(await page.locator('.legend [data-kind=invalid]').count(), 0, 'what was made up is valid');

  const cart = groups.nth(3).getByRole('option');
  await cart.filter({ hasText: 'still open' }).filter({ hasText: '+8.52 s' }).filter({ hasText: 'loaded in 300 ms' }).waitFor();
  const pay = cart.filter({ hasText: 'Pay now' });
  await pay.filter({ hasText: '☹ error tap' }).waitFor();
  await cart.filter({ hasText: '↳ POST /v1/payments' }).filter({ hasText: '503' }).waitFor();
  const box = (row) => row.locator('.bar').boundingBox();
  const [action, payment] = [await box(pay), await box(cart.filter({ hasText: '503' }).filter({ hasText: 'POST' }))];
  assert.ok(action.x < payment.x && payment.x + payment.width <= action.x + action.width + 1, 'what an action caused stands below it in time');
  const share = payment.width / action.width;
  assert.ok(Math.abs(share - 1950 / 2700) < 0.02, `a bar is as long as it took: ${share}`);
  const colours = await groups.nth(3).locator('.item .bar').evaluateAll((bars) => new Set(bars.map((bar) => getComputedStyle(bar).backgroundColor)).size);
  assert.equal(colours, 7, 'a colour a kind');
  await page.screenshot({ path: picture('session') });
  assert.deepEqual(problems, []);
});

test('an event leads to its action, its phases, its trace and itself', limits, async (context) => {
  await postSession(inspector.url, purchase(START));
  const { page, problems } = await opened(context, 'Zoë');
  await rows(page).filter({ hasText: 'POST /v1/orders' }).click();
  const shown = details(page);
  await shown.getByText('✓ Joined: shop-backend continued this request in its span POST /v1/orders').waitFor();
  for (const part of ['810 ms into its view', 'Waiting', 'after 96.6 ms', 'resource.provider.domain', 'context.cart.goods']) {
    await shown.getByText(part).first().waitFor();
  }
  await shown.getByText('The event as it came').click();
  await shown.locator('pre').filter({ hasText: '"format_version": 2' }).waitFor();
  await shown.getByRole('button', { name: uuid(0x2003) }).click();
  await shown.getByRole('heading', { name: 'Pay now' }).waitFor();
  assert.equal(await rows(page).filter({ hasText: 'Pay now' }).getAttribute('aria-selected'), 'true');

  await rows(page).filter({ hasText: 'POST /v1/orders' }).click();
  await shown.getByRole('button', { name: 'Its headers, hops and backend spans' }).click();
  const request = page.getByRole('article', { name: 'Request details' });
  await request.getByText('1 backend span').waitFor();
  await request.getByText('/v1/orders').first().waitFor();
  await page.getByRole('tab', { name: 'Sessions' }).click();
  await rows(page).filter({ hasText: 'payment provider does not answer' }).click();
  await shown.getByRole('button', { name: 'Requests of this trace' }).click();
  await page.getByRole('option').filter({ hasText: '/v1/payments' }).waitFor();
  assert.equal(await page.getByRole('option').count(), 1);
  assert.deepEqual(problems, []);
});

test('a trace that does not join says so in its session, and joins there once its span comes', limits, async (context) => {
  await postSession(inspector.url, { ...purchase(START), backend: null });
  const { page } = await opened(context, 'Zoë');
  const row = rows(page).filter({ hasText: 'POST /v1/orders' });
  await row.click();
  await details(page).getByText('✕ Not joined: no span with this trace id has arrived').waitFor();
  await postSpans(inspector.url, 'shop-backend', purchase(START).backend);
  await page.locator('#tab-requests').click();
  await page.getByRole('option').filter({ hasText: '/v1/orders' }).filter({ hasText: 'Joined' }).waitFor();
  await page.locator('#tab-sessions').click();
  await details(page).getByText('✓ Joined').waitFor();
});

test('a session that is open follows what arrives, and keeps what is chosen', limits, async (context) => {
  const { events, logs } = purchase(START);
  const last = events.pop();
  await postSession(inspector.url, { events, logs });
  const { page } = await opened(context, 'Zoë');
  await rows(page).filter({ hasText: 'Try again' }).click();
  const state = structuredClone(last);
  state._dd.document_version = 1;
  await rum(state);
  const view = rows(page).filter({ hasText: 'still open' });
  await view.waitFor();
  state._dd.document_version = 2;
  state.view.is_active = false;
  await rum(state);
  await view.waitFor({ state: 'detached' });
  assert.equal(await rows(page).filter({ hasText: 'Try again' }).getAttribute('aria-selected'), 'true');
  await details(page).getByRole('heading', { name: 'Try again' }).waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.getByText('No session has sent anything yet.').waitFor();
  await page.getByText('The inspector no longer has this session.').waitFor();
});

test('what is wrong with an event is red, and named with its place', limits, async (context) => {
  const { events, logs } = purchase(START);
  const broken = structuredClone(events[0]);
  broken.view.id = broken.view.id.toUpperCase();
  broken.session.type = 'robot';
  await postSession(inspector.url, { events: [...events, broken], logs });
  const { page, problems } = await opened(context, 'Zoë');
  await sessions(page).filter({ hasText: '1 invalid' }).waitFor();
  await page.getByText('1 invalid event').waitFor();
  const row = rows(page).and(page.locator('[data-invalid]'));
  const red = await row.evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.notEqual(red, await rows(page).filter({ hasText: 'Try again' }).evaluate((element) => getComputedStyle(element).backgroundColor));
  await row.click();
  const banner = details(page).getByRole('alert');
  await banner.getByText('This event is invalid').waitFor();
  const told = await banner.getByRole('listitem').allInnerTexts();
  for (const part of ['$.session.type must be user, synthetics or ci_test', '$.view.id must be a UUID in lower case']) {
    assert.ok(told.some((line) => line.startsWith(part)), `${part} is missing in ${told}`);
  }
  await page.screenshot({ path: picture('session-invalid') });
  assert.deepEqual(problems, []);
});

test('the search finds sessions and marks what it found in them', limits, async (context) => {
  await postSession(inspector.url, { events: others(START - 600_000), logs: [{ message: 'synced', session_id: uuid(3), date: START }] });
  await postSession(inspector.url, purchase(START));
  const { page } = await opened(context, 'Zoë');
  const search = page.getByLabel('Search sessions');
  await search.fill('type:resource status:5xx');
  await sessions(page).filter({ hasText: '1 found' }).waitFor();
  await page.waitForFunction(() => document.querySelectorAll('#session-list [role=option]').length === 1);
  await page.waitForFunction(() => document.querySelectorAll('.item[data-dim]').length > 10);
  assert.equal(await page.locator('.item:not([data-dim])').count(), 1);
  await page.getByLabel('Only what was found').check();
  assert.deepEqual(await page.locator('.item .line').allInnerTexts(), ['↳ POST /v1/payments api.shop.example']);
  for (const [words, who] of [['is:crash', 'Yusuf'], ['user:yusuf', 'Yusuf'], ['SYNCED', 'anonymous'], ['view:cart o-9921', 'Zoë']]) {
    await search.fill(words);
    await page.waitForFunction((name) => {
      const found = [...document.querySelectorAll('#session-list [role=option]')];
      return found.length === 1 && found[0].textContent.includes(name);
    }, who);
  }
  await search.fill('nothing of the kind');
  await page.getByText('Nothing is found.').waitFor();
  await page.getByText('What can be searched for').click();
  await page.getByText('failed, crash, frozen, frustrated, invalid').waitFor();
  await page.screenshot({ path: picture('session-search') });
});

test('the keyboard is enough for a session', limits, async (context) => {
  await postSession(inspector.url, purchase(START));
  const { page } = await open(context, inspector.url);
  await page.getByRole('tab', { name: 'Requests' }).focus();
  await page.keyboard.press('ArrowRight');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'tab-sessions');
  await page.getByRole('listbox', { name: 'Sessions' }).focus();
  await page.keyboard.press('ArrowDown');
  await rows(page).first().waitFor();
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'story-items');
  await page.keyboard.press('ArrowDown');
  assert.equal(await rows(page).first().getAttribute('aria-selected'), 'true');
  await details(page).getByRole('heading', { name: 'ApplicationLaunch' }).waitFor();
  await page.keyboard.press('End');
  assert.equal(await rows(page).last().getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'item');
});

test('events of garbage are shown as text, whatever they hold', limits, async (context) => {
  const attack = '<img src=x onerror="window.struck=1"><script>window.struck=1</script>"\'';
  const { events } = purchase(START);
  const hostile = [];
  for (const value of [attack, -1e308, [[attack]], { id: attack, name: attack, type: attack, url: attack, duration: -5, start: attack }, null, 9e15]) {
    for (const event of events.slice(0, 9)) {
      const own = { ...structuredClone(event), [event.type]: value, usr: { id: attack, name: attack }, date: value, _dd: value, context: { [attack]: value } };
      hostile.push(own, { ...own, view: { id: attack, name: attack, url: attack } }, { ...structuredClone(event), type: attack, date: 8.64e15 + 1 });
    }
  }
  const { page, problems } = await opened(context);
  const before = await page.locator('img, script, svg, iframe, a, style, link').count();
  await rum(...hostile);
  await post(`${inspector.url}/api/v2/logs`, JSON.stringify([{ message: attack, status: attack, session_id: SESSION, 'view.id': attack, date: -1 }, { message: [attack], session_id: { attack } }]));
  await sessions(page).filter({ hasText: 'Zoë' }).click();
  const items = rows(page).and(page.locator('.item'));
  await items.first().waitFor();
  const count = await items.count();
  assert.ok(count > 50, `${count}`);
  for (let at = 0; at < count; at += 7) {
    await items.nth(at).click();
    await details(page).getByText('The event as it came').waitFor();
  }
  await sessions(page).filter({ hasText: 'without a session' }).click();
  await page.getByRole('heading', { name: 'What names no session' }).waitFor();
  assert.equal(await page.locator('img, script, svg, iframe, a, style, link').count(), before, 'no element of theirs appeared');
  assert.equal(await page.locator('[onerror]').count(), 0);
  assert.equal(await page.evaluate(() => window.struck), undefined);
  assert.deepEqual(problems, []);
});

test('it reads well in the dark and on a narrow window', limits, async (context) => {
  await postSession(inspector.url, purchase(START));
  const { page } = await opened(context, 'Zoë', { colorScheme: 'dark', viewport: { width: 1280, height: 800 } });
  await rows(page).filter({ hasText: '503' }).first().click();
  await page.screenshot({ path: picture('session-dark') });
  await page.setViewportSize({ width: 480, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, 'nothing to scroll sideways');
  await page.screenshot({ path: picture('session-narrow') });
});
