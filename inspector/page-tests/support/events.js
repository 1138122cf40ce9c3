// What an app and its backends post, as the real ones do.

import { gzipSync } from 'node:zlib';

const HIGH = '6921b0b000000000';

/** Stands at 6.0233 % of all sessions. */
const SESSION = { id: '0f4c2b1a-1111-4222-8333-000000000001', type: 'user' };
const RATES = { session_sample_rate: 50, trace_sample_rate: 20 };

/** Ids for request number n. */
export function ids(n) {
  const low = (0x1000 + n).toString(16).padStart(16, '0');
  return { trace: HIGH + low, span: (0xa00 + n).toString(16).padStart(16, '0') };
}

/** A resource event whose one hop was traced. */
export function tracedEvent(n, overrides = {}) {
  const { trace, span } = ids(n);
  const url = overrides.url ?? `http://shop.localhost:8080/hello?case=${n}`;
  const headers = overrides.headers ?? { traceparent: `00-${trace}-${span}-01`, tracestate: `dd=s:1;o:rum;p:${span};t.dm:-1` };
  return {
    type: 'resource', date: 1795262400000 + n, source: overrides.source ?? 'android', service: overrides.service ?? 'shop-app',
    session: SESSION,
    _dd: { format_version: 2, configuration: RATES, trace_id: trace, span_id: BigInt(`0x${span}`).toString(), rule_psr: 0.2 },
    resource: { id: 'r', type: 'native', method: 'GET', url, status_code: 200, duration: 12345678 },
    context: { handspan: { reason: 'traced', host_entry: 'shop.localhost', sampled: true, resend_count: 0,
      hops: [{ url, reason: 'traced', host_entry: 'shop.localhost', trace_id: trace, span_id: span, sampled: true, rule_psr: 0.2, status_code: 200, headers }] } },
  };
}

/** A resource event to a host that is not the app's. */
export function thirdPartyEvent(n) {
  const url = `http://ads.localhost:8081/pixel?case=${n}`;
  return {
    type: 'resource', date: 1795262400000 + n, source: 'ios', service: 'shop-app', session: SESSION,
    _dd: { format_version: 2, configuration: RATES },
    resource: { id: 'r', type: 'native', method: 'GET', url, status_code: 204, duration: 999 },
    context: { handspan: { reason: 'host_not_first_party', host_entry: null, sampled: null, resend_count: 0,
      hops: [{ url, reason: 'host_not_first_party', host_entry: null, sampled: null, status_code: 204, headers: {} }] } },
  };
}

/** The same, sent again: a first hop that was answered with `status`, under a span id of its own. */
export function resentEvent(n, status) {
  const event = tracedEvent(n);
  const ours = event.context.handspan;
  ours.resend_count = 1;
  ours.hops.unshift({ ...ours.hops[0], span_id: '00000000000000f1', status_code: status });
  return event;
}

/** A third party's, whose answer told its trace: the event's ids are the server's. */
export function toldEvent(n) {
  const event = thirdPartyEvent(n);
  const { trace, span } = ids(n);
  Object.assign(event._dd, { trace_id: trace, span_id: BigInt(`0x${span}`).toString() });
  event.context.handspan.server_trace = { trace_id: trace, span_id: span, sampled: true, header: 'traceresponse' };
  return event;
}

/** Posts events as a batch, gzipped. */
export async function postEvents(url, events, key) {
  const body = gzipSync(events.map((event) => JSON.stringify(event)).join('\n'));
  const headers = { 'content-type': 'text/plain;charset=UTF-8', 'content-encoding': 'gzip', 'dd-api-key': 'pub0' };
  if (key) headers['dd-idempotency-key'] = key;
  const answer = await fetch(`${url}/api/v2/rum?ddsource=android`, { method: 'POST', headers, body });
  if (answer.status !== 202) throw new Error(`the intake answered ${answer.status}: ${await answer.text()}`);
}

/** Posts spans as OTLP JSON; each is {trace, span, parent, name}. */
export async function postSpans(url, service, spans) {
  const body = JSON.stringify({ resourceSpans: [{
    resource: { attributes: [{ key: 'service.name', value: { stringValue: service } }] },
    scopeSpans: [{ spans: spans.map(({ trace, span, parent, name }, index) => ({
      traceId: trace, spanId: span, parentSpanId: parent, name,
      startTimeUnixNano: `${1795262400000000000n + BigInt(index) * 1000000n}`, endTimeUnixNano: `${1795262400005000000n}` })) }] }] });
  const answer = await fetch(`${url}/v1/traces`, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (answer.status !== 200) throw new Error(`the inspector answered ${answer.status}: ${await answer.text()}`);
}
