// OpenTelemetry's automatic instrumentation, loaded with `-r @opentelemetry/auto-instrumentations-node/register`.
'use strict';

const path = require('path');

const { ROOT_CONTEXT, TraceFlags, context, propagation, trace } = require('@opentelemetry/api');

// By its path: the package does not export it.
const { version } = require(
  path.join(process.env.NODE_PATH, '@opentelemetry/auto-instrumentations-node/package.json'),
);

exports.continued = (headers) => {
  const active = trace.getActiveSpan().spanContext();
  // A span that is not recorded doesn't know its parent; the propagator that gave it does.
  const parent = trace.getSpanContext(propagation.extract(ROOT_CONTEXT, headers));
  const baggage = propagation.getActiveBaggage();
  const onward = {};
  propagation.inject(context.active(), onward);
  return {
    version,
    trace_id: active.traceId,
    parent_id: parent ? parent.spanId : null,
    sampled: (active.traceFlags & TraceFlags.SAMPLED) !== 0,
    baggage: Object.fromEntries((baggage?.getAllEntries() ?? []).map(([key, entry]) => [key, entry.value])),
    onward,
  };
};
