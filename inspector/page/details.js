// One request in full: the verdict, its ids, its hops with the headers each left with, the backend's spans.

import { byId, copyButton, el } from './dom.js';
import { factList } from './facts.js';
import { pretty } from './raw.js';
import { appName, dateTime, deciderName, duration, percent, statusClass, statusWord, tracerName, verdictSign, verdictWord } from './words.js';

const place = byId('details');
let shownId = null;

/** Shows a request, or the invitation to choose one. */
export function showDetails(request) {
  // A request that is only updated keeps what its reader has unfolded and scrolled to.
  const rawWasOpen = request !== null && request.id === shownId && place.querySelector('details.raw')?.open === true;
  const scroll = request !== null && request.id === shownId ? place.scrollTop : 0;
  shownId = request?.id ?? null;
  if (request === null) {
    place.replaceChildren(el('p', { class: 'note' }, 'Select a request to see its headers, its hops and the backend’s spans.'));
    return;
  }
  place.replaceChildren(
    el('h2', {}, el('b', {}, request.method ?? '?'), ' ', request.url),
    el('p', { class: 'banner', 'data-verdict': request.verdict },
      el('strong', {}, `${verdictSign(request.verdict)} ${verdictWord(request.verdict)}`),
      request.verdict === 'joined' ? `: ${request.because}.` : `, because ${request.because}${/[.?!]$/.test(request.because) ? '' : '.'}`),
    facts(request),
    why(request),
    hops(request),
    spans(request),
    rawEvent(request, rawWasOpen),
  );
  place.scrollTop = scroll;
}

function facts(request) {
  const [list, add] = factList();
  add('App', request.app && appName(request.app), request.service && ` · ${request.service}`);
  add('Answer', el('span', { class: `status ${statusClass(request)}` }, statusWord(request) || 'none'), request.duration_ns !== null && ` in ${duration(request.duration_ns)}`);
  if (request.error) add('Error', [request.error.kind, request.error.message].filter(Boolean).join(': '));
  add('Started', dateTime(request.date));
  if (request.resend_count) add('Sent again', request.resend_count === 1 ? 'once' : `${request.resend_count} times`, el('span', { class: 'dim' }, ' by redirects, retries or authentication; each hop is a span of its own'));
  add('Reason', request.reason);
  add('Remote document', request.remote_version && `version ${request.remote_version}`);
  if (request.sampled !== null) add('Sampled', request.sampled ? 'yes' : 'no');
  if (request.trace_id) add('Trace id', el('code', {}, request.trace_id), copyButton(request.trace_id, 'the trace id'));
  if (request.span_id) add('Span id', el('code', {}, request.span_id), el('span', { class: 'dim' }, ` ${BigInt(`0x${request.span_id}`)}`), copyButton(request.span_id, 'the span id'));
  serverTrace(request, add);
  return list;
}

/** What the server said of its trace. */
function serverTrace(request, add) {
  const told = request.server_trace;
  if (!told) return;
  const kept = { true: ', kept', false: ', not kept' }[told.sampled] ?? '';
  const use = request.told_by_server ? '; no trace went out, so the ids above are these' : '';
  add('Server’s trace', el('code', {}, told.trace_id), copyButton(told.trace_id, 'the server’s trace id'), ' span ', el('code', {}, told.span_id),
    el('span', { class: 'dim' }, ` told in ${told.header ?? 'its answer'}${kept}${use}`));
}

/** Why the request left as it did: the words first, then what they are made of. */
function why(request) {
  const explanation = request.explanation;
  const section = el('section', { class: 'why', 'aria-label': 'Why' }, el('h3', {}, 'Why'));
  if (!explanation) {
    section.append(el('p', { class: 'note' }, 'The event tells no reason: was it sent as OTLP, or made by another SDK?'));
    return section;
  }
  const [list, add] = factList();
  add('Decided by', explanation.decided_by && deciderName(explanation.decided_by));
  add('First-party entry', explanation.host_entry);
  if (explanation.formats) add('Formats sent', explanation.formats.join(', ') || 'none');
  add('Session rate', percent(explanation.session_rate));
  add('Trace rate', percent(explanation.trace_rate));
  add('Session stands at', percent(explanation.session_position));
  section.append(el('p', {}, explanation.words), list);
  return section;
}

function hops(request) {
  const section = el('section', {}, el('h3', {}, request.hops.length === 1 ? '1 hop' : `${request.hops.length} hops`));
  if (request.hops.length === 0) {
    section.append(el('p', { class: 'note' }, request.reason === 'no_hop'
      ? 'The call made no hop.'
      : 'The event lists no hops: the app lists them where its configuration says "inspect": true.'));
    return section;
  }
  section.append(el('ol', { class: 'hops' }, ...request.hops.map((hop, at) => oneHop(hop, request.hops[at - 1], request))));
  return section;
}

function oneHop(hop, previous, request) {
  const names = Object.keys(hop.headers ?? {});
  const continued = hop.span_id && request.spans.find((span) => span.parent_id === hop.span_id && span.trace_id === hop.trace_id);
  const outcome = continued ? `continued by ${continued.service || 'a backend'}` : hop.span_id ? 'no span continues it' : 'no trace';
  const resend = previous && `resend ${hop.resend_count}, after ${previous.status_code ?? 'no answer'}`;
  return el('li', {},
    el('p', { class: 'line' }, el('code', {}, hop.url ?? 'somebody else’s address, which the event does not tell'), hop.status_code ? el('span', { class: `status ${statusClass(hop)}` }, ` ${hop.status_code}`) : null),
    el('p', { class: 'dim' }, [resend, hop.reason, hop.host_entry && `first_party_hosts entry ${hop.host_entry}`, hop.span_id && `span ${hop.span_id}`, outcome].filter(Boolean).join(' · ')),
    // The words for an only hop stand above, as the request's.
    request.hops.length > 1 && hop.explanation ? el('p', {}, hop.explanation.words) : null,
    names.length === 0
      ? el('p', { class: 'note' }, hop.headers ? 'Handspan added no header.' : 'Its headers are told where the app’s configuration says "inspect": true.')
      : el('table', { class: 'headers' },
        el('caption', {}, 'Headers it left with'),
        el('tbody', {}, ...names.map((name) => el('tr', {}, el('th', { scope: 'row' }, name), el('td', {}, hop.headers[name]))))));
}

/** The spans as a tree, each with its place in time. */
function spans(request) {
  const section = el('section', {}, el('h3', {}, request.spans.length === 1 ? '1 backend span' : `${request.spans.length} backend spans`));
  if (request.spans.length === 0) {
    section.append(el('p', { class: 'note' }, request.trace_id ? 'None has arrived with this trace id.' : 'There is no trace id to look for.'));
    return section;
  }
  const from = Math.min(...request.spans.map((span) => span.start_ns));
  const to = Math.max(...request.spans.map((span) => span.start_ns + span.duration_ns));
  const table = el('table', { class: 'spans' },
    el('thead', {}, el('tr', {}, ...['Service and span', 'Tracer', 'Took', 'When'].map((name) => el('th', { scope: 'col' }, name)))));
  const body = el('tbody');
  for (const [span, depth] of inOrder(request.spans)) body.append(spanRow(span, depth, request, from, Math.max(to - from, 1)));
  table.append(body);
  section.append(table);
  return section;
}

function spanRow(span, depth, request, from, length) {
  const bar = el('i', { class: 'bar' });
  bar.style.setProperty('--from', `${(100 * (span.start_ns - from)) / length}%`);
  bar.style.setProperty('--length', `${(100 * span.duration_ns) / length}%`);
  // A server tells the id of its own span; a request that went out is its backend's parent.
  const link = request.told_by_server ? span.span_id : span.parent_id;
  const joins = span.trace_id === request.trace_id && link === request.span_id;
  const name = el('td', { class: 'name', title: `span ${span.span_id}, parent ${span.parent_id ?? 'none'}, trace ${span.trace_id}` },
    el('b', {}, span.service || '?'), ' ', span.name, span.resource && span.resource !== span.name ? el('span', { class: 'dim' }, ` ${span.resource}`) : null,
    joins ? el('span', { class: 'tag' }, request.told_by_server ? 'told by the server' : 'continues this request') : null);
  name.style.setProperty('--depth', String(Math.min(depth, 12)));
  return el('tr', joins ? { class: 'joins' } : {}, name, el('td', {}, tracerName(span.tracer)), el('td', { class: 'took' }, duration(span.duration_ns)), el('td', { class: 'when' }, bar));
}

/** Parents before children, with depths. Whatever the spans claim (themselves as parents, rings), each comes once. */
function inOrder(list) {
  const ids = new Set(list.map((span) => span.span_id));
  const children = groupByParent(list);
  const ordered = [];
  const seen = new Set();
  const visit = (span, depth) => {
    const stack = [[span, depth]];
    while (stack.length > 0) {
      const [next, at] = stack.pop();
      if (seen.has(next)) continue;
      seen.add(next);
      ordered.push([next, at]);
      for (const child of [...(children.get(next.span_id) ?? [])].reverse()) stack.push([child, at + 1]);
    }
  };
  for (const span of list) if (!ids.has(span.parent_id)) visit(span, 0);
  for (const span of list) visit(span, 0);
  return ordered;
}

function groupByParent(list) {
  const groups = new Map();
  for (const span of list) groups.set(span.parent_id, [...(groups.get(span.parent_id) ?? []), span]);
  return groups;
}

function rawEvent(request, open) {
  const text = el('pre', { tabindex: '0', 'aria-label': 'The event as it came' });
  const details = el('details', { class: 'raw' }, el('summary', {}, 'The event as it came'), text);
  details.addEventListener('toggle', async () => {
    if (!details.open || text.textContent !== '') return;
    const answer = await fetch(`/api/requests/${encodeURIComponent(request.id)}/event`).catch(() => null);
    const raw = answer?.ok ? await answer.text() : 'The inspector no longer has this event.';
    text.textContent = pretty(raw);
  });
  details.open = open;
  return details;
}
