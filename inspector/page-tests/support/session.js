// A made-up session that looks like a real one: every type of event, valid by the published schemas.

import { postSpans } from './events.js';

const APPLICATION = '6f1c2a30-6f6c-4c2f-9a3e-0c8ad9b8f7e1';
const TRACE_HIGH = '6921b0b000000000';

/** A UUID that ends in n. */
export const uuid = (n) => `7c9e6679-7425-40de-944b-${n.toString(16).padStart(12, '0')}`;

export const SESSION = uuid(1);

const ms = (count) => Math.round(count * 1e6);

/** What the events of one session have in common. */
function common(facts, at, type, view) {
  return {
    type, date: facts.start + at, application: { id: APPLICATION }, service: 'com.example.shop', version: '2.14.0', source: facts.source,
    session: { id: facts.session, type: 'user' },
    view: { id: view.id, name: view.name, url: view.url },
    ...(facts.user ? { usr: { id: facts.user.id, name: facts.user.name, anonymous_id: uuid(0xa0) } } : { usr: { anonymous_id: facts.session } }),
    connectivity: { status: 'connected', interfaces: ['cellular'], cellular: { technology: '5G', carrier_name: 'Beispielfunk' } },
    os: facts.os, device: facts.device,
    _dd: { format_version: 2, session: { session_precondition: facts.precondition }, configuration: { session_sample_rate: 100, trace_sample_rate: 100 } },
    context: { cart: { goods: 3 }, handspan: { remote_version: '12' } },
  };
}

function viewEvent(facts, view, at, spent, counts, more = {}) {
  const event = common(facts, at, 'view', view);
  const count = (name) => ({ count: counts[name] ?? 0 });
  Object.assign(event.view, {
    time_spent: ms(spent), is_active: more.active ?? false, action: count('action'), error: count('error'), crash: count('crash'),
    resource: count('resource'), long_task: count('long_task'), frozen_frame: count('frozen_frame'), frustration: count('frustration'), ...more.view,
  });
  event._dd.document_version = more.version ?? 6;
  return event;
}

/** A traced request, with phases. */
function resource(facts, view, at, took, n, { method = 'GET', path, status = 200, action, waiting = 0.5, failed = null } = {}) {
  const event = common(facts, at, 'resource', view);
  const url = `https://api.shop.example${path}`;
  const trace = TRACE_HIGH + (0x5000 + n).toString(16).padStart(16, '0');
  const span = 0xc00 + n;
  const [dns, connect, ssl] = [took * 0.05, took * 0.08, took * 0.1];
  const first = dns + connect + ssl;
  const phase = (start, duration) => ({ start: ms(start), duration: ms(duration) });
  event.resource = {
    id: uuid(0x1000 + n), type: 'native', method, url, duration: ms(took), ...(failed ? {} : { status_code: status }),
    dns: phase(0, dns), connect: phase(dns, connect), ssl: phase(dns + connect, ssl),
    ...(failed ? {} : { first_byte: phase(first, took * waiting), download: phase(first + took * waiting, took * (1 - waiting) - first), size: 18_422 }),
    provider: { type: 'first party', domain: 'api.shop.example' },
  };
  Object.assign(event._dd, { trace_id: trace, span_id: String(span), rule_psr: 1 });
  const headers = { traceparent: `00-${trace}-${span.toString(16).padStart(16, '0')}-01` };
  Object.assign(event.context.handspan, { reason: 'traced', host_entry: 'shop.example', sampled: true, resend_count: 0,
    hops: [{ url, reason: 'traced', host_entry: 'shop.example', trace_id: trace, span_id: span.toString(16).padStart(16, '0'), sampled: true, rule_psr: 1, ...(failed ? {} : { status_code: status }), headers }] });
  if (failed) event.context.handspan.error = { kind: failed, message: 'the network was lost' };
  if (action) event.action = { id: action };
  return event;
}

function action(facts, view, at, took, n, type, name, more = {}) {
  const event = common(facts, at, 'action', view);
  const count = (name) => ({ count: more[name] ?? 0 });
  event.action = { id: uuid(0x2000 + n), type, target: { name }, loading_time: ms(took), error: count('error'), resource: count('resource'), long_task: count('long_task'), crash: count('crash'),
    ...(more.frustration ? { frustration: { type: [more.frustration] } } : {}) };
  return event;
}

function error(facts, view, at, n, own, actionId) {
  const event = common(facts, at, 'error', view);
  event.error = { id: uuid(0x3000 + n), source: 'source', handling: 'handled', ...own };
  if (actionId) event.action = { id: actionId };
  return event;
}

function longTask(facts, view, at, took, n) {
  const event = common(facts, at, 'long_task', view);
  event.long_task = { id: uuid(0x4000 + n), duration: ms(took), is_frozen_frame: took >= 700 };
  return event;
}

function vital(facts, view, at, n, own) {
  const event = common(facts, at, 'vital', view);
  event.vital = { id: uuid(0x5000 + n), ...own };
  return event;
}

const VIEWS = {
  launch: { id: uuid(0x10), name: 'ApplicationLaunch', url: 'com/datadog/application-launch/view' },
  home: { id: uuid(0x11), name: 'Home', url: 'shop/home' },
  product: { id: uuid(0x12), name: 'Product', url: 'shop/product' },
  cart: { id: uuid(0x13), name: 'Cart', url: 'shop/cart' },
};

const ANDROID = {
  source: 'android', session: SESSION, precondition: 'user_app_launch', user: { id: 'u-4711', name: 'Zoë Müller' },
  os: { name: 'Android', version: '16', version_major: '16' }, device: { type: 'mobile', brand: 'Google', model: 'Pixel 9' },
};

/** A purchase that fails once: `{events, logs, spans, backend}`. `start` is its first moment, milliseconds since the epoch. */
export function purchase(start) {
  const facts = { ...ANDROID, start };
  const { launch, home, product, cart } = VIEWS;
  const [open, buy, pay] = [uuid(0x2001), uuid(0x2002), uuid(0x2003)];
  const events = [
    vital(facts, launch, 0, 1, { type: 'app_launch', app_launch_metric: 'ttid', duration: ms(412), startup_type: 'cold_start' }),
    resource(facts, launch, 120, 260, 1, { path: '/v1/config' }),
    viewEvent(facts, launch, 0, 480, { resource: 1 }),

    viewEvent(facts, home, 480, 100, { resource: 1 }, { version: 1, active: true }),
    resource(facts, home, 500, 340, 2, { path: '/v1/goods?page=1' }),
    resource(facts, home, 520, 610, 3, { path: '/v1/offers', waiting: 0.6 }),
    longTask(facts, home, 900, 180, 1),
    action(facts, home, 2400, 900, 0, 'scroll', 'List of goods'),
    resource(facts, home, 2900, 380, 4, { path: '/v1/goods?page=2', action: uuid(0x2000) }),
    action(facts, home, 4700, 120, 1, 'tap', 'Espresso machine', { resource: 1 }),
    viewEvent(facts, home, 480, 4340, { action: 2, resource: 3, long_task: 1 },
      { view: { loading_time: ms(710), network_settled_time: ms(650), custom_timings: { offers_shown: ms(705) } } }),

    resource(facts, product, 4830, 290, 5, { path: '/v1/goods/81', action: open }),
    action(facts, product, 7600, 340, 2, 'tap', 'Add to cart', { resource: 1 }),
    resource(facts, product, 7640, 280, 6, { method: 'POST', path: '/v1/cart', status: 201, action: buy }),
    vital(facts, product, 7600, 2, { type: 'duration', name: 'add_to_cart', duration: ms(345) }),
    viewEvent(facts, product, 4820, 3700, { action: 1, resource: 2 }, { view: { loading_time: ms(330), interaction_to_next_view_time: ms(120) } }),

    vital(facts, cart, 9300, 3, { type: 'operation_step', name: 'checkout', step_type: 'start' }),
    resource(facts, cart, 8540, 240, 7, { path: '/v1/cart' }),
    action(facts, cart, 9300, 2700, 3, 'tap', 'Pay now', { error: 1, resource: 2, frustration: 'error_tap' }),
    resource(facts, cart, 9330, 420, 8, { method: 'POST', path: '/v1/orders', status: 201, action: pay }),
    resource(facts, cart, 9790, 1950, 9, { method: 'POST', path: '/v1/payments', status: 503, action: pay, waiting: 0.7 }),
    error(facts, cart, 11_750, 1, { message: 'payment was not accepted: 503', type: 'com.example.shop.PaymentException', source: 'network', category: 'Network',
      stack: 'com.example.shop.PaymentException: 503\n\tat com.example.shop.Pay.send(Pay.kt:81)\n\tat com.example.shop.Cart.onPay(Cart.kt:40)' }, pay),
    longTask(facts, cart, 11_800, 820, 2),
    action(facts, cart, 13_900, 260, 4, 'tap', 'Try again', { resource: 1 }),
    resource(facts, cart, 13_930, 640, 10, { method: 'POST', path: '/v1/payments', status: 200, action: uuid(0x2004) }),
    vital(facts, cart, 14_600, 4, { type: 'operation_step', name: 'checkout', step_type: 'end' }),
    viewEvent(facts, cart, 8520, 6600, { action: 2, resource: 4, error: 1, long_task: 1, frozen_frame: 1, frustration: 1 },
      { active: true, view: { loading_time: ms(300), interaction_to_next_view_time: ms(90) } }),
  ];
  const log = (at, status, message, more = {}) => ({ date: start + at, status, message, service: 'com.example.shop', logger: { name: 'payment' },
    session_id: SESSION, 'view.id': cart.id, application_id: APPLICATION, ...more });
  const logs = [
    log(9310, 'info', 'payment begins', { order: 'o-9921', amount: 249.9 }),
    log(11_745, 'error', 'payment provider does not answer', { order: 'o-9921', 'dd.trace_id': `${TRACE_HIGH}${'5009'.padStart(16, '0')}`, 'dd.span_id': String(0xc09) }),
    log(14_590, 'info', 'payment is done', { order: 'o-9921' }),
  ];
  const session = { source: 'android', application: { id: APPLICATION }, session: { id: SESSION }, view: { id: cart.id } };
  const spans = [{ env: 'prod', spans: [{ trace_id: '5008'.padStart(16, '0'), span_id: 'd01'.padStart(16, '0'), parent_id: '0'.padStart(16, '0'), resource: 'checkout', name: 'checkout',
    service: 'com.example.shop', start: (start + 9305) * 1e6, duration: ms(2440), error: 1, type: 'custom', metrics: { _top_level: 1 },
    meta: { '_dd.p.tid': TRACE_HIGH, _dd: session, version: '2.14.0', 'error.type': 'PaymentException', order: 'o-9921' } }] }];
  const trace = TRACE_HIGH + (0x5008).toString(16).padStart(16, '0');
  const span = (n) => (0xc00 + n).toString(16).padStart(16, '0');
  const backend = [
    { trace, span: '00000000000000e1', parent: span(8), name: 'POST /v1/orders' },
    { trace: TRACE_HIGH + (0x5009).toString(16).padStart(16, '0'), span: '00000000000000e2', parent: span(9), name: 'POST /v1/payments' },
  ];
  return { events, logs, spans, backend };
}

/** Two short sessions of others, one of them an iPhone's that crashed. */
export function others(start) {
  const phone = { source: 'ios', session: uuid(2), precondition: 'inactivity_timeout', user: { id: 'u-0815', name: 'Yusuf' }, start,
    os: { name: 'iOS', version: '26.1', version_major: '26' }, device: { type: 'mobile', brand: 'Apple', model: 'iPhone17,1' } };
  const nobody = { ...ANDROID, session: uuid(3), precondition: 'background_launch', user: null, start: start - 900_000 };
  const home = { ...VIEWS.home, id: uuid(0x21) };
  const back = { id: uuid(0x31), name: 'Background', url: 'com/datadog/background/view' };
  return [
    viewEvent(phone, home, 0, 41_000, { error: 1, crash: 1, action: 1 }),
    action(phone, home, 40_800, 100, 0x21, 'tap', 'Camera'),
    error(phone, home, 40_990, 0x21, { message: 'index 4 beyond bounds', type: 'NSRangeException', is_crash: true, handling: 'unhandled' }),
    viewEvent(nobody, back, 0, 2_100, { resource: 1 }),
    resource(nobody, back, 300, 900, 0x31, { path: '/v1/sync', failed: 'SocketTimeoutException' }),
  ];
}

/** Posts a session as an app does. */
export async function postSession(url, { events, logs, spans, backend }) {
  await post(`${url}/api/v2/rum?ddsource=android`, events.map((event) => JSON.stringify(event)).join('\n'));
  await post(`${url}/api/v2/logs?ddsource=android`, JSON.stringify(logs));
  if (spans) await post(`${url}/api/v2/spans`, spans.map((envelope) => JSON.stringify(envelope)).join('\n'));
  if (backend) await postSpans(url, 'shop-backend', backend);
}

export async function post(url, body) {
  const answer = await fetch(url, { method: 'POST', body });
  if (answer.status !== 202) throw new Error(`the intake answered ${answer.status}: ${await answer.text()}`);
}
