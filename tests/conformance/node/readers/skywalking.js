// SkyWalking's agent. It has no module to load before a service: the service starts it, as its documentation says.
'use strict';

const { default: agent, ContextManager } = require('skywalking-backend-js');
const { version } = require('skywalking-backend-js/package.json');

agent.start();

exports.continued = () => {
  const span = ContextManager.currentSpan;
  return {
    version,
    trace_id: span.context.traceId(),
    refs: span.refs.map((ref) => ({
      trace_id: ref.traceId.toString(),
      segment_id: ref.segmentId.toString(),
      span_index: ref.spanId,
      service: ref.service,
      instance: ref.serviceInstance,
      endpoint: ref.endpoint,
      peer: ref.clientAddress,
    })),
  };
};
