// What values are called on the page.

const VERDICTS = { joined: 'Joined', not_joined: 'Not joined', not_expected: 'Not expected' };
const SIGNS = { joined: '✓', not_joined: '✕', not_expected: '–' };
const APPS = { android: 'Android', ios: 'iOS' };
const DECIDERS = {
  app_headers: 'the app’s own trace headers', switched_off: 'a switch', method: 'the method', scheme: 'the scheme', host: 'the host',
  formats: 'the formats of the host’s entry', earlier_hop: 'an earlier hop', forced: 'somebody who asked for this trace',
  rates: 'the sample rates', core: 'nobody: there was no core',
};
const TRACERS = { datadog: 'Datadog', opentelemetry: 'OpenTelemetry' };

export const verdictWord = (verdict) => VERDICTS[verdict] ?? verdict;
export const verdictSign = (verdict) => SIGNS[verdict] ?? '?';
export const appName = (app) => APPS[app] ?? app ?? '?';
export const deciderName = (decider) => DECIDERS[decider] ?? decider;
export const tracerName = (tracer) => TRACERS[tracer] ?? tracer;

const KINDS = {
  view: 'View', action: 'Action', resource: 'Resource', error: 'Error', long_task: 'Long task', vital: 'Vital', log: 'Log', span: 'Span', other: 'Other',
};
const PRECONDITIONS = {
  user_app_launch: 'the user opened the app', inactivity_timeout: 'after a time without interaction', max_duration: 'the session before was too long',
  background_launch: 'the app started in the background', prewarm: 'the system started the app ahead', explicit_stop: 'after the app had stopped a session',
  from_non_interactive_session: 'after a session without interaction',
};
const PHASES = { redirect: 'Redirect', dns: 'DNS', connect: 'Connect', ssl: 'TLS', first_byte: 'Waiting', download: 'Download' };

export const kindName = (kind) => KINDS[kind] ?? kind;
export const preconditionWords = (precondition) => PRECONDITIONS[precondition] ?? precondition;
export const phaseName = (phase) => PHASES[phase] ?? phase;

/** Who a session was. */
export function personName(user) {
  if (user?.name || user?.id || user?.email) return user.name ?? user.id ?? user.email;
  return user?.anonymous_id ? `anonymous ${user.anonymous_id.slice(0, 8)}` : 'nobody named';
}

/** A length of milliseconds, as long as a session may be. */
export function length(ms) {
  if (ms === null || ms === undefined || !Number.isFinite(ms)) return '';
  if (ms <= 0) return '0';
  if (ms < 60_000) return duration(Math.round(ms * 1e6));
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} min ${Math.floor((ms % 60_000) / 1000)} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** A percentage; four decimals are plenty. */
export const percent = (value) => (value === null ? null : `${Math.round(value * 1e4) / 1e4} %`);

/** Nanoseconds as a person reads them. */
export function duration(ns) {
  if (ns === null || ns === undefined) return '';
  if (ns < 1e3) return `${ns} ns`;
  if (ns < 1e6) return `${(ns / 1e3).toPrecision(3)} µs`;
  if (ns < 1e9) return `${(ns / 1e6).toPrecision(3)} ms`;
  return `${(ns / 1e9).toFixed(2)} s`;
}

/** Bytes as a person reads them. */
export const bytes = (count) => (count < 1000 ? `${count} B` : `${(count / 1000).toPrecision(3)} KB`);

/** Milliseconds since the epoch as a local time of day. */
export function timeOfDay(ms) {
  const date = new Date(ms);
  return ms === null || Number.isNaN(date.getTime()) ? '' : date.toLocaleTimeString(undefined, { hour12: false });
}

/** Milliseconds since the epoch, in full. */
export function dateTime(ms) {
  const date = new Date(ms);
  return ms === null || Number.isNaN(date.getTime()) ? '' : date.toISOString();
}

/** What stands in the status column: a failed call has no status, it has a kind. */
export function statusWord(request) {
  if (request.status_code) return String(request.status_code);
  return request.error ? 'failed' : '';
}

/** ok, redirect, client, server or failed: the colour of a status. */
export function statusClass(request) {
  const status = request.status_code;
  if (!status) return request.error ? 'failed' : '';
  return ['', '', 'ok', 'redirect', 'client', 'server'][Math.floor(status / 100)] ?? '';
}

/** A URL in parts, so that the host can stand out; whatever it is, all of its text is kept. */
export function urlParts(text) {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(text);
  return match ? { scheme: match[1], host: match[2], rest: match[3] } : { scheme: '', host: '', rest: text };
}
