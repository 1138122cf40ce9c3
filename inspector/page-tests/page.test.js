// The page in a real browser, against a real inspector.

import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';

import { ids, postEvents, postSpans, resentEvent, thirdPartyEvent, toldEvent, tracedEvent } from './support/events.js';
import { startInspector } from './support/inspector.js';
import { freshInspector, limits, open, picture } from './support/setting.js';

let inspector;
beforeEach(async (context) => { inspector = await freshInspector(context); });

const row = (page, text) => page.getByRole('option').filter({ hasText: text });

test('an empty page says how to point an app at it', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  await page.getByRole('heading', { name: 'Nothing has arrived yet' }).waitFor();
  const guide = await page.locator('#empty').innerText();
  assert.ok(guide.includes(`DD_TRACE_AGENT_URL=${inspector.url}`), guide);
  assert.ok(guide.includes(`"url": "${inspector.url}"`), guide);
  await page.screenshot({ path: picture('empty') });
  await postEvents(inspector.url, [tracedEvent(1)]);
  await row(page, 'case=1').waitFor();
  assert.equal(await page.locator('#empty').isVisible(), false);
  assert.deepEqual(problems, []);
});

test('requests arrive live and join when their spans do', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  await postEvents(inspector.url, [tracedEvent(1), tracedEvent(2), thirdPartyEvent(3)]);
  await row(page, 'case=1').filter({ hasText: 'Not joined' }).filter({ hasText: 'because no span with this trace id has arrived so far; shop.localhost answered 200' }).waitFor();
  await row(page, 'case=3').filter({ hasText: 'Not expected' }).filter({ hasText: 'because host_not_first_party: ads.localhost is not among first_party_hosts' }).waitFor();

  const { trace, span } = ids(1);
  await postSpans(inspector.url, 'shop', [
    { trace, span: '00000000000000b1', parent: span, name: 'GET /hello' },
    { trace, span: '00000000000000b2', parent: '00000000000000b1', name: 'SELECT goods' },
  ]);
  const joined = row(page, 'case=1').filter({ hasText: 'Joined' });
  await joined.filter({ hasText: 'shop continued this request in its span GET /hello' }).waitFor();
  assert.equal(await row(page, 'case=2').getAttribute('data-verdict'), 'not_joined');
  const good = await joined.locator('.verdict').evaluate((element) => getComputedStyle(element).color);
  const bad = await row(page, 'case=2').locator('.verdict').evaluate((element) => getComputedStyle(element).color);
  assert.notEqual(good, bad, 'the colour differs as well as the word');
  assert.deepEqual(await page.locator('#verdicts b').allInnerTexts(), ['3', '1', '1', '1']);

  await joined.click();
  const details = page.getByRole('article', { name: 'Request details' });
  await details.getByText('✓ Joined').waitFor();
  const text = await details.innerText();
  for (const part of [`00-${trace}-${span}-01`, 'Headers it left with', '2 backend spans', 'SELECT goods', 'continued by shop', trace, span]) {
    assert.ok(text.includes(part), `${part} is missing in ${text}`);
  }
  await details.getByText('The event as it came').click();
  await details.locator('pre').filter({ hasText: '"format_version": 2' }).waitFor();
  await page.screenshot({ path: picture('joined') });
  assert.deepEqual(problems, []);
});

test('details that are open follow what arrives', limits, async (context) => {
  const { page } = await open(context, inspector.url);
  await postEvents(inspector.url, [tracedEvent(1)]);
  await row(page, 'case=1').click();
  const details = page.getByRole('article', { name: 'Request details' });
  await details.getByText('None has arrived with this trace id.').waitFor();
  const { trace, span } = ids(1);
  await postSpans(inspector.url, 'shop', [{ trace, span: '00000000000000b1', parent: span, name: 'GET /hello' }]);
  await details.getByText('1 backend span').waitFor();
});

test('the details say why: who decided, which entry, which formats, which rates', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  const silent = resentEvent(2, 503);
  delete silent.context.handspan.hops;
  const otherSdk = thirdPartyEvent(3);
  delete otherSdk.context;
  const deaf = tracedEvent(4, { headers: { b3: `${ids(4).trace}-${ids(4).span}-1` } });
  await postEvents(inspector.url, [resentEvent(1, 401), silent, otherSdk, deaf]);
  const why = page.getByRole('region', { name: 'Why' });
  const details = page.getByRole('article', { name: 'Request details' });
  const expect = async (place, ...parts) => {
    const text = await place.innerText();
    for (const part of parts) assert.ok(text.includes(part), `${part} is missing in ${text}`);
  };

  await row(page, 'case=1').click();
  await expect(why, 'Traced, and the trace is kept. The host matches first_party_hosts["shop.localhost"], and the request left with tracecontext.',
    'an earlier hop', 'Hop 1 of this call brought the decision', 'Session rate\n50 %', 'Trace rate\n20 %', 'Session stands at\n6.0233 %', 'Formats sent\ntracecontext');
  await expect(details, 'Sent again\nonce', '2 hops', 'resend 1, after 401', 'together keep the sessions below 10 %; this session stands at 6.0233 %');
  await page.screenshot({ path: picture('why') });

  await row(page, 'case=2').click();
  await expect(why, 'which headers went out, the event tells where the app\'s configuration says "inspect": true');
  await row(page, 'case=3').click();
  await expect(why, 'The event tells no reason');
  await row(page, 'case=4').filter({ hasText: 'only b3 was sent, which Datadog\'s and OpenTelemetry\'s tracers do not read by default' }).click();
  await expect(why, 'the sample rates', 'Formats sent\nb3');
  assert.deepEqual(problems, []);
});

test('a trace that the server told is shown, and joins by its own spans', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  await postEvents(inspector.url, [toldEvent(1), toldEvent(2)]);
  await row(page, 'case=1').filter({ hasText: 'Not expected' }).filter({ hasText: 'the server told a trace of its own in traceresponse, which does not come here' }).click();
  const { trace, span } = ids(1);
  await postSpans(inspector.url, 'ads', [{ trace, span, parent: '', name: 'GET /pixel' }]);
  await row(page, 'case=1').filter({ hasText: 'Joined' }).filter({ hasText: 'ads told its trace in traceresponse: its span GET /pixel answered this request' }).waitFor();
  const text = await page.getByRole('article', { name: 'Request details' }).innerText();
  for (const part of ['Server’s trace', 'told in traceresponse, kept; no trace went out', 'told by the server', '1 backend span']) {
    assert.ok(text.includes(part), `${part} is missing in ${text}`);
  }
  assert.equal(await row(page, 'case=2').getAttribute('data-verdict'), 'not_expected');
  assert.deepEqual(problems, []);
});

test('a batch sent twice is shown once, and the page says so', limits, async (context) => {
  const { page } = await open(context, inspector.url);
  await postEvents(inspector.url, [tracedEvent(1)], 'batch-1');
  await postEvents(inspector.url, [tracedEvent(1)], 'batch-1');
  await page.getByText('Not shown: 1 repeated batch, shown once').waitFor();
  assert.equal(await page.getByRole('option').count(), 1);
});

test('what an app or a backend sends is text, never markup', limits, async (context) => {
  const attack = '<img src=x onerror="window.struck=1"><script>window.struck=1</script><svg onload="window.struck=1">"\'</textarea>';
  const { page, problems } = await open(context, inspector.url);
  const before = await page.locator('img, script, svg, iframe, a, style, link').count();
  const event = tracedEvent(1, { url: `http://shop.localhost/${attack}`, service: attack, source: attack, headers: { [attack]: attack, traceparent: attack } });
  event.resource.method = attack;
  event.context.handspan.host_entry = attack;
  event.context.handspan.server_trace = { trace_id: ids(1).trace, span_id: ids(1).span, header: attack };
  event.context.handspan.hops[0].reason = attack;
  event.context.handspan.hops[0].host_entry = attack;
  const failed = tracedEvent(2, { url: `javascript:${attack}` });
  failed.resource.status_code = undefined;
  failed.context.handspan.error = { kind: attack, message: attack };
  const unknown = thirdPartyEvent(3);
  unknown.context.handspan.reason = attack;
  await postEvents(inspector.url, [event, failed, unknown]);
  const { trace, span } = ids(1);
  await postSpans(inspector.url, attack, [{ trace, span: '00000000000000b1', parent: span, name: attack }]);
  await row(page, 'continued this request').waitFor();
  for (let index = 0; index < 3; index++) {
    await page.getByRole('option').nth(index).click();
    await page.getByText('The event as it came').click();
    await page.locator('details.raw pre').filter({ hasText: 'onerror' }).waitFor();
  }
  const set = await fetch(`${inspector.url}/config.json`, { method: 'PUT', body: JSON.stringify({ note: attack }) });
  assert.equal(set.status, 204);
  await page.getByRole('button', { name: 'Remote document' }).click();
  await page.waitForFunction(() => document.getElementById('document').value.includes('onerror'));

  assert.equal(await page.locator('img, script, svg, iframe, a, style, link').count(), before, 'no element of theirs appeared');
  assert.equal(await page.locator('[onerror], [onload]').count(), 0);
  assert.equal(await page.evaluate(() => window.struck), undefined);
  assert.ok((await page.locator('#list').innerText()).includes('<img src=x onerror='), 'it is shown as text');
  assert.deepEqual(problems, []);
});

test('were markup ever assigned, the page would refuse it', limits, async (context) => {
  const { page } = await open(context, inspector.url);
  const refused = await page.evaluate(() => {
    try {
      document.body.innerHTML = '<p>';
      return false;
    } catch (error) {
      return error instanceof TypeError;
    }
  });
  assert.equal(refused, true);
});

test('the filter and the verdict buttons narrow the list', limits, async (context) => {
  const { page } = await open(context, inspector.url);
  await postEvents(inspector.url, [tracedEvent(1), tracedEvent(2), thirdPartyEvent(3)]);
  await row(page, 'case=3').waitFor();
  await page.getByLabel('Filter requests').fill('IOS ads');
  assert.equal(await page.getByRole('option').count(), 1);
  await page.getByLabel('Filter requests').fill(ids(2).trace);
  assert.equal(await page.getByRole('option').count(), 1);
  await page.getByLabel('Filter requests').fill('nothing of the kind');
  await page.getByText('No request matches the filter.').waitFor();
  await page.getByLabel('Filter requests').fill('');
  await page.getByRole('button', { name: /^Not joined/ }).click();
  assert.equal(await page.getByRole('option').count(), 2);
  await page.getByRole('button', { name: /^All/ }).click();
  assert.equal(await page.getByRole('option').count(), 3);
});

test('the keyboard is enough', limits, async (context) => {
  const { page } = await open(context, inspector.url);
  await postEvents(inspector.url, [tracedEvent(1), tracedEvent(2)]);
  await row(page, 'case=2').waitFor();
  await page.getByRole('listbox', { name: 'Requests' }).focus();
  await page.keyboard.press('ArrowDown');
  assert.equal(await row(page, 'case=2').getAttribute('aria-selected'), 'true');
  await page.keyboard.press('ArrowDown');
  assert.equal(await row(page, 'case=1').getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Home');
  assert.equal(await row(page, 'case=2').getAttribute('aria-selected'), 'true');
  await page.keyboard.press('Enter');
  assert.equal(await page.evaluate(() => document.activeElement.id), 'details');
});

test('the remote document is shown, changed, refused with a reason, removed', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  await page.getByRole('button', { name: 'Remote document' }).click();
  const panel = page.getByRole('dialog', { name: 'Remote document' });
  await panel.getByText('There is no document').waitFor();
  const text = panel.getByLabel('Remote document, a JSON object');
  const document = '{\n  "trace_sample_rate": 50\n}\n';

  await text.fill(document);
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('Saved.').waitFor();
  const served = await fetch(`${inspector.url}/config.json`);
  assert.equal(await served.text(), document, 'byte for byte');

  await text.fill('{"trace_sample_rate": }');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('Not saved: the document is not JSON: ').waitFor();
  assert.equal(await text.getAttribute('aria-invalid'), 'true');
  await page.screenshot({ path: picture('remote-document') });
  await text.fill('[1]');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('Not saved: the document must be a JSON object').waitFor();
  const kept = await fetch(`${inspector.url}/config.json`, { headers: { 'if-none-match': served.headers.get('etag') } });
  assert.equal(kept.status, 304, 'a refused document replaces nothing');

  await panel.getByRole('button', { name: 'Remove' }).click();
  await panel.getByText('Removed').waitFor();
  assert.equal((await fetch(`${inspector.url}/config.json`)).status, 404);
  assert.deepEqual(problems, []);
});

test('a document is checked while it is written, as phones check it', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  await page.getByRole('button', { name: 'Remote document' }).click();
  const panel = page.getByRole('dialog', { name: 'Remote document' });
  const text = panel.getByLabel('Remote document, a JSON object');
  await panel.getByText('There is no document').waitFor();
  await text.fill('{"version": 7, "trace_sample_rate": 200, "enabled": "no", "first_party_hosts": {"com": ["datadog"]}, "colour": 1}');
  await panel.getByText('Version 7, not signed. Of 4 fields phones would say:').waitFor();
  const refused = panel.getByRole('list', { name: 'What phones refuse' }).getByRole('listitem');
  for (const [path, code] of [['trace_sample_rate', 'out_of_range'], ['enabled', 'wrong_type'], ['first_party_hosts["com"]', 'single_label'], ['colour', 'unknown_field']]) {
    await refused.filter({ hasText: path }).filter({ hasText: code }).waitFor();
  }
  await page.screenshot({ path: picture('remote-checked') });
  assert.equal((await fetch(`${inspector.url}/config.json`)).status, 404, 'nothing is served before it is saved');
  await text.fill('{"version": 7,');
  await panel.getByText('No phone would read this: the document is not JSON').waitFor();
  assert.equal(await refused.count(), 0);
  await text.fill(`handspan-signed 1\n2026-a ${'A'.repeat(86)}==\n\n{"version": 8, "trace_sample_rate": 20}`);
  await panel.getByText('Version 8, signed by 2026-a').waitFor();
  await panel.getByText('Phones take all of it.').waitFor();
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('Saved.').waitFor();
  assert.equal(await (await fetch(`${inspector.url}/config.json`)).text(), await text.inputValue());
  assert.deepEqual(problems, []);
});

test('who pulled which version, and with which the sessions ran', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  await page.getByRole('button', { name: 'Remote document' }).click();
  const panel = page.getByRole('dialog', { name: 'Remote document' });
  await panel.getByText('Nobody has pulled yet.').waitFor();
  await panel.getByText('No session has sent anything yet.').waitFor();

  const set = (body) => fetch(`${inspector.url}/config.json`, { method: 'PUT', body });
  const pull = (headers) => fetch(`${inspector.url}/config.json`, { headers: { 'user-agent': 'handspan/0.1.0 (ios; 2.1)', ...headers } });
  await set('{"version":7}');
  const tag = (await pull({})).headers.get('etag');
  await pull({ 'if-none-match': tag });
  await set('{"version":8}');
  await pull({ 'if-none-match': tag });
  const pulls = panel.locator('#pulls tbody tr');
  await pulls.nth(2).waitFor();
  const cells = (await pulls.allInnerTexts()).map((row) => row.split('\t').slice(1));
  assert.deepEqual(cells, [
    ['handspan/0.1.0 (ios; 2.1)', '7', '200, version 8'],
    ['handspan/0.1.0 (ios; 2.1)', '7', '304, it has version 7'],
    ['handspan/0.1.0 (ios; 2.1)', 'nothing', '200, version 7'],
  ]);

  const told = tracedEvent(1);
  told.context.handspan.remote_version = '7';
  await postEvents(inspector.url, [tracedEvent(2), told, told]);
  const sessions = panel.locator('#sessions tbody tr');
  await sessions.filter({ hasText: 'version 7' }).filter({ hasText: 'Android · shop-app' }).waitFor();
  assert.deepEqual((await sessions.allInnerTexts()).map((row) => row.split('\t').slice(3)), [['version 7', '2'], ['no document', '1']]);
  await page.screenshot({ path: picture('remote-pulls') });
  await panel.getByRole('button', { name: 'Close' }).click();
  await row(page, 'case=1').first().click();
  assert.match(await page.getByRole('article', { name: 'Request details' }).innerText(), /Remote document\nversion 7/);
  assert.deepEqual(problems, []);
});

test('clear empties every open page', limits, async (context) => {
  const first = await open(context, inspector.url);
  const second = await open(context, inspector.url);
  await postEvents(inspector.url, [tracedEvent(1)]);
  for (const { page } of [first, second]) await row(page, 'case=1').waitFor();
  await first.page.getByRole('button', { name: 'Clear' }).click();
  for (const { page } of [first, second]) await page.getByText('Nothing has arrived yet').waitFor();
});

test('a lost connection is said, and mended by itself with nothing missed', limits, async (context) => {
  const { page } = await open(context, inspector.url);
  await postEvents(inspector.url, [tracedEvent(1)]);
  await row(page, 'case=1').waitFor();
  const port = new URL(inspector.url).port;
  await inspector.stop();
  await page.locator('#connection[data-state=lost]').waitFor();
  const again = await startInspector({ port });
  try {
    await postEvents(again.url, [tracedEvent(7)]);
    await page.locator('#connection[data-state=live]').waitFor();
    await row(page, 'case=7').waitFor();
    assert.equal(await page.getByRole('option').count(), 1, 'the new inspector’s requests, nothing else');
  } finally {
    await again.stop();
  }
});

test('a page of another origin learns nothing and changes nothing', limits, async (context) => {
  const other = await startInspector();
  const { page } = await open(context, other.url);
  try {
    const results = await page.evaluate(async (target) => {
      const attempt = (path, options) => fetch(target + path, options).then((answer) => answer.type, () => 'refused');
      return [
        await attempt('/api/requests', {}),
        await attempt('/config.json', { method: 'PUT', body: '{"evil":1}' }),
        await attempt('/api/v2/rum', { method: 'POST', body: '{"type":"view"}', mode: 'no-cors' }),
      ];
    }, inspector.url);
    assert.deepEqual(results.filter((result) => result !== 'refused'), [], 'this page’s own policy refuses to connect');
    const answer = await page.request.post(`${inspector.url}/api/v2/rum`, { data: '{"type":"view"}', headers: { origin: other.url } });
    assert.equal(answer.status(), 403);
    const stats = await (await fetch(`${inspector.url}/api/stats`)).json();
    assert.equal(stats.events, 0);
  } finally {
    await other.stop();
  }
});

test('with a token the page opens by its address, which then forgets it', limits, async (context) => {
  const guarded = await startInspector({ args: ['--token', 'test-token-1'] });
  try {
    const { page } = await open(context, `${guarded.url}/?token=test-token-1`);
    assert.equal(page.url(), `${guarded.url}/`);
    await postEvents(guarded.url, [tracedEvent(1)]);
    await row(page, 'case=1').waitFor();
    assert.equal((await fetch(`${guarded.url}/api/requests`)).status, 401);
  } finally {
    await guarded.stop();
  }
});

test('it reads well in the dark and on a narrow window', limits, async (context) => {
  const { page } = await open(context, inspector.url, { colorScheme: 'dark', viewport: { width: 1280, height: 800 } });
  await postEvents(inspector.url, [tracedEvent(1), thirdPartyEvent(3)]);
  await row(page, 'case=1').click();
  const [back, text] = await page.evaluate(() => {
    const style = getComputedStyle(document.body);
    return [style.backgroundColor, style.color];
  });
  const light = (colour) => colour.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0);
  assert.ok(light(back) < 200 && light(text) > 500, `${text} on ${back}`);
  await page.screenshot({ path: picture('dark') });
  await page.setViewportSize({ width: 480, height: 800 });
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  assert.equal(wide, 0, 'nothing to scroll sideways');
  await page.screenshot({ path: picture('narrow') });
});

test('a fault is set, met, seen try by try, and taken back', limits, async (context) => {
  const { page, problems } = await open(context, inspector.url);
  const badge = page.locator('#fault-badge');
  assert.equal(await badge.isVisible(), false);
  await page.getByRole('button', { name: 'Uploads and faults' }).click();
  const dialog = page.getByRole('dialog', { name: 'Uploads and faults' });
  await dialog.getByText('Nothing has been sent yet.').waitFor();
  await dialog.getByLabel('Answer').selectOption('429');
  assert.equal(await dialog.getByLabel('Delay, milliseconds').isVisible(), false);
  await dialog.getByLabel('Retry-After, seconds').fill('7');
  await dialog.getByLabel('For how many requests').fill('1');
  await dialog.getByRole('button', { name: 'Set the fault' }).click();
  await dialog.getByText('The next uploads meet a fault: 429, Retry-After 7 s for 1 more request.').waitFor();
  assert.equal(await badge.innerText(), 'Fault: 429, Retry-After 7 s for 1 more request');

  const told = { type: 'telemetry', date: 1795262400000, source: 'ios', service: 'handspan', version: '2.0',
    application: { id: 'app-7' }, telemetry: { stats: { sent: 4711, dropped: { queue_full: 2 } } } };
  await assert.rejects(postEvents(inspector.url, [tracedEvent(1), told], 'batch-1'), /429/);
  await badge.waitFor({ state: 'hidden' });
  await dialog.getByText('No fault: the inspector answers as an intake on a good day.').waitFor();
  await postEvents(inspector.url, [tracedEvent(1), told], 'batch-1');
  const batch = dialog.getByRole('row').filter({ hasText: 'batch-1' });
  await batch.filter({ hasText: '202' }).waitFor();
  assert.deepEqual(await batch.getByRole('listitem').allInnerTexts(), ['429 fault: 429', '202']);
  assert.match(await batch.innerText(), /\ttaken$/);
  await dialog.getByText('stats.dropped.queue_full').waitFor();
  const figures = await dialog.locator('#telemetry').innerText();
  for (const part of ['iOS · app-7 · handspan 2.0', 'stats.sent', '4711']) assert.ok(figures.includes(part), `${part} is missing in ${figures}`);
  await page.screenshot({ path: picture('uploads') });

  await dialog.getByLabel('Answer').selectOption('slow');
  await dialog.getByLabel('Delay, milliseconds').fill('999999');
  await dialog.getByRole('button', { name: 'Set the fault' }).click();
  await dialog.getByText('Not set: delay_ms is at most 120000').waitFor();
  await dialog.getByLabel('Delay, milliseconds').fill('20');
  await dialog.getByLabel('For how many requests').fill('');
  await dialog.getByRole('button', { name: 'Set the fault' }).click();
  await badge.filter({ hasText: 'slow, 20 ms until you change it' }).waitFor();
  await dialog.getByRole('button', { name: 'All is well' }).click();
  await badge.waitFor({ state: 'hidden' });
  assert.deepEqual(problems, []);
});
