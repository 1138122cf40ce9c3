"""Datadog's tracer."""

from ddtrace import __version__, tracer
from ddtrace.propagation.http import HTTPPropagator


def continued(headers):
    span = tracer.current_root_span()
    onward = {}
    HTTPPropagator.inject(span.context, onward)
    return {
        "version": __version__,
        "trace_id": f"{span.trace_id:032x}",
        "parent_id": f"{span.parent_id:016x}" if span.parent_id else None,
        "baggage": dict(span.context.get_all_baggage_items()),
        "onward": onward,
    }
