// The SkyWalking agent for Go, its middleware for net/http.
package main

import (
	"log"
	"net/http"

	"github.com/SkyAPM/go2sky"
	skyhttp "github.com/SkyAPM/go2sky/plugins/http"
	"github.com/SkyAPM/go2sky/reporter"

	"handspan.dev/conformance/service"
)

func main() {
	reporter, err := reporter.NewLogReporter()
	if err != nil {
		log.Fatal(err)
	}
	tracer, err := go2sky.NewTracer("conformance", go2sky.WithReporter(reporter))
	if err != nil {
		log.Fatal(err)
	}
	middleware, err := skyhttp.NewServerMiddleware(tracer)
	if err != nil {
		log.Fatal(err)
	}
	version := service.Version("github.com/SkyAPM/go2sky")
	service.Serve(middleware(service.Answer(func(r *http.Request) service.Continued {
		continued := service.Continued{Version: version, TraceID: go2sky.TraceID(r.Context())}
		if span, ok := go2sky.ActiveSpan(r.Context()).(go2sky.ReportedSpan); ok {
			for _, ref := range span.Refs() {
				continued.Refs = append(continued.Refs, service.Ref{
					TraceID:   ref.TraceID,
					SegmentID: ref.ParentSegmentID,
					SpanIndex: ref.ParentSpanID,
					Service:   ref.ParentService,
					Instance:  ref.ParentServiceInstance,
					Endpoint:  ref.ParentEndpoint,
					Peer:      ref.AddressUsedAtClient,
				})
			}
		}
		return continued
	})))
}
