"""SkyWalking's agent."""

from importlib.metadata import version

from skywalking.trace.context import get_context


def continued(headers):
    context = get_context()
    span = context.active_span
    refs = getattr(span, "refs", None) or []
    return {
        "version": version("apache-skywalking"),
        "trace_id": str(context.segment.related_traces[0]) if getattr(context.segment, "related_traces", None) else None,
        "refs": [
            {
                "trace_id": ref.trace_id,
                "segment_id": ref.segment_id,
                "span_index": int(ref.span_id),
                "service": ref.service,
                "instance": ref.service_instance,
                "endpoint": ref.endpoint,
                "peer": ref.client_address,
            }
            for ref in refs
        ],
    }
