"""What each tracer says it continued: `continued(headers)` of a request, asked while the tracer's span is active."""
