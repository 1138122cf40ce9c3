// Datadog's tracer, loaded with `-r dd-trace/init`.
'use strict';

const tracer = require('dd-trace');
const { version } = require('dd-trace/package.json');

exports.continued = () => {
  const context = tracer.scope().active().context();
  const onward = {};
  tracer.inject(context, 'http_headers', onward);
  const parent = context._parentId;
  return {
    version,
    trace_id: context.toTraceId(true),
    parent_id: parent ? parent.toString(16).padStart(16, '0') : null,
    baggage: tracer.getAllBaggageItems(),
    onward,
  };
};
