// The OpenTelemetry SDK with its instrumentation of net/http, set up as its documentation says: the SDK itself has no
// propagator, the contributed package takes those that OTEL_PROPAGATORS names.
package main

import (
	"net/http"

	"go.opentelemetry.io/contrib/instrumentation/net/http/otelhttp"
	"go.opentelemetry.io/contrib/propagators/autoprop"
	"go.opentelemetry.io/otel"
	"go.opentelemetry.io/otel/baggage"
	"go.opentelemetry.io/otel/propagation"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"handspan.dev/conformance/service"
)

func main() {
	propagator := autoprop.NewTextMapPropagator()
	otel.SetTextMapPropagator(propagator)
	otel.SetTracerProvider(sdk.NewTracerProvider())

	version := service.Version("go.opentelemetry.io/otel/sdk")
	service.Serve(otelhttp.NewHandler(service.Answer(func(r *http.Request) service.Continued {
		span := trace.SpanContextFromContext(r.Context())
		// A span that is not recorded doesn't know its parent; the propagator that gave it does.
		parent := trace.SpanContextFromContext(propagator.Extract(r.Context(), propagation.HeaderCarrier(r.Header)))
		var parentID *string
		if parent.SpanID() != span.SpanID() {
			text := parent.SpanID().String()
			parentID = &text
		}
		members := map[string]string{}
		for _, member := range baggage.FromContext(r.Context()).Members() {
			members[member.Key()] = member.Value()
		}
		onward := propagation.MapCarrier{}
		propagator.Inject(r.Context(), onward)
		sampled := span.IsSampled()
		return service.Continued{
			Version:  version,
			TraceID:  span.TraceID().String(),
			ParentID: parentID,
			Sampled:  &sampled,
			Baggage:  members,
			Onward:   onward,
		}
	}), "continued"))
}
