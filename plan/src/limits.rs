//! Every bound on hosts and trace headers, each beside its reason.

/// Characters of a refused value that are shown: enough to recognise it, too little to fill a log.
pub const REFUSAL_VALUE_CHARS: usize = 100;

/// First-party hosts: far above any app, far below what would cost memory.
pub const FIRST_PARTY_HOSTS: usize = 10_000;
/// DNS: a host name has at most 253 characters (RFC 1035, 2.3.4).
pub const HOST_CHARS: usize = 253;

/// Members of a `tracestate` header (W3C Trace Context, 3.3.1.1).
pub const TRACESTATE_MEMBERS: usize = 32;
/// Characters of a `tracestate` that every vendor should propagate (W3C Trace Context, 3.3.1.5).
pub const TRACESTATE_CHARS: usize = 512;
/// Entries over this length go first when a `tracestate` must shrink (W3C Trace Context, 3.3.1.5).
pub const TRACESTATE_LONG_ENTRY: usize = 128;

/// Service and instance of `sw8`: what SkyWalking keeps of them.
pub const SW8_NAME_CHARS: usize = 50;
/// Endpoint of `sw8`: SkyWalking refuses 150.
pub const SW8_ENDPOINT_CHARS: usize = 149;
/// ARMS's pid: with version, platform and session it stays below the 256 that a `tracestate` value may hold.
pub const ARMS_PID_CHARS: usize = 200;

/// Members of a `baggage` header that every service must propagate (W3C Baggage, 3.3.2).
pub const BAGGAGE_MEMBERS: usize = 64;
/// Bytes of a `baggage` header that every service must propagate (W3C Baggage, 3.3.2).
pub const BAGGAGE_BYTES: usize = 8_192;

/// Response headers of a hop that are looked at for the server's trace: a `Server-Timing` may come in several.
pub const RESPONSE_HEADERS: usize = 8;
