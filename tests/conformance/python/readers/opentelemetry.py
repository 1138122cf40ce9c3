"""OpenTelemetry's automatic instrumentation."""

from importlib.metadata import version

from opentelemetry import baggage, propagate, trace


def continued(headers):
    span = trace.get_current_span()
    # A span that is not recorded doesn't know its parent; the propagator that gave it does.
    parent = trace.get_current_span(propagate.extract(headers)).get_span_context()
    onward = {}
    propagate.inject(onward)
    return {
        "version": version("opentelemetry-distro"),
        "trace_id": f"{span.get_span_context().trace_id:032x}",
        "parent_id": f"{parent.span_id:016x}" if parent.is_valid else None,
        "sampled": span.get_span_context().trace_flags.sampled,
        "baggage": dict(baggage.get_all()),
        "onward": onward,
    }
