// Datadog's tracer, its middleware for net/http.
package main

import (
	"log"
	"net/http"

	httptrace "github.com/DataDog/dd-trace-go/contrib/net/http/v2"
	"github.com/DataDog/dd-trace-go/v2/ddtrace/baggage"
	"github.com/DataDog/dd-trace-go/v2/ddtrace/ext"
	"github.com/DataDog/dd-trace-go/v2/ddtrace/tracer"

	"handspan.dev/conformance/service"
)

func main() {
	if err := tracer.Start(); err != nil {
		log.Fatal(err)
	}
	version := service.Version("github.com/DataDog/dd-trace-go/v2")
	service.Serve(httptrace.WrapHandler(service.Answer(func(r *http.Request) service.Continued {
		span, _ := tracer.SpanFromContext(r.Context())
		onward := tracer.TextMapCarrier{}
		if err := tracer.Inject(span.Context(), onward); err != nil {
			log.Print(err)
		}
		parent, _ := span.AsMap()[ext.MapSpanParentID].(uint64)
		return service.Continued{
			Version:  version,
			TraceID:  span.Context().TraceID(),
			ParentID: service.Hex(parent),
			Baggage:  baggage.All(r.Context()),
			Onward:   onward,
		}
	}), "", ""))
}
