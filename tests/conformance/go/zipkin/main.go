// Zipkin's own library for Go, its middleware for net/http.
package main

import (
	"fmt"
	"log"
	"net/http"

	"github.com/openzipkin/zipkin-go"
	zipkinhttp "github.com/openzipkin/zipkin-go/middleware/http"
	"github.com/openzipkin/zipkin-go/reporter"

	"handspan.dev/conformance/service"
)

func main() {
	tracer, err := zipkin.NewTracer(reporter.NewNoopReporter())
	if err != nil {
		log.Fatal(err)
	}
	version := service.Version("github.com/openzipkin/zipkin-go")
	service.Serve(zipkinhttp.NewServerMiddleware(tracer)(service.Answer(func(r *http.Request) service.Continued {
		span := zipkin.SpanFromContext(r.Context()).Context()
		// By default the service shares its client's span, and so its id. A root's id is its trace's.
		client := uint64(span.ID)
		if client == span.TraceID.Low {
			client = 0
		}
		return service.Continued{
			Version:  version,
			TraceID:  fmt.Sprintf("%016x%016x", span.TraceID.High, span.TraceID.Low),
			ParentID: service.Hex(client),
			Sampled:  span.Sampled,
		}
	})))
}
