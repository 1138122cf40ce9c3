// Package service is what the traced services share: each answers every request with what its tracer made of it.
package service

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"runtime/debug"
)

// Continued is what a tracer continued, in the form that every service of this folder answers with.
type Continued struct {
	Version  string            `json:"version"`
	TraceID  string            `json:"trace_id"`
	ParentID *string           `json:"parent_id,omitempty"`
	Sampled  *bool             `json:"sampled,omitempty"`
	Baggage  map[string]string `json:"baggage,omitempty"`
	Onward   map[string]string `json:"onward,omitempty"`
	Refs     []Ref             `json:"refs,omitempty"`
}

// Ref is the segment that SkyWalking continues.
type Ref struct {
	TraceID   string `json:"trace_id"`
	SegmentID string `json:"segment_id"`
	SpanIndex int32  `json:"span_index"`
	Service   string `json:"service"`
	Instance  string `json:"instance"`
	Endpoint  string `json:"endpoint"`
	Peer      string `json:"peer"`
}

// Version of a module in this program.
func Version(module string) string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		log.Fatal("no build information")
	}
	for _, dependency := range info.Deps {
		if dependency.Path == module {
			return dependency.Version[1:]
		}
	}
	log.Fatalf("%s is not in this program", module)
	return ""
}

// Hex is an id's 16 digits, or nothing for 0.
func Hex(id uint64) *string {
	if id == 0 {
		return nil
	}
	text := fmt.Sprintf("%016x", id)
	return &text
}

// Answer makes a handler of what tells what was continued.
func Answer(continued func(*http.Request) Continued) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if err := json.NewEncoder(w).Encode(continued(r)); err != nil {
			log.Print(err)
		}
	})
}

// Serve listens on a free port of 127.0.0.1, says so on the first line of standard output, and ends when standard input
// closes.
func Serve(handler http.Handler) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("{\"listening\":\"http://%s\"}\n", listener.Addr())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		os.Exit(0)
	}()
	log.Fatal(http.Serve(listener, handler))
}
