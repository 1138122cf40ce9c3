//! Every bound of the SDK, each beside its reason; those on hosts and trace headers come from the crate that keeps them.

pub use handspan_plan::limits::*;

/// Refusals kept for `status()`: a document with 10,000 bad hosts must not become 10,000 records.
pub const REFUSALS: usize = 100;

/// Characters of a user's or an account's id: any real one is shorter.
pub const PERSON_ID_CHARS: usize = 256;

/// Longest time for which all traces may be kept at one request, seconds: a forgotten switch must not cost for good.
pub const KEEP_MAX_S: u32 = 24 * 60 * 60;

/// A session ends after this long without activity (Datadog, OpenTelemetry and Sentry agree on 15 minutes or more).
pub const SESSION_INACTIVITY_MS: u64 = 15 * 60 * 1000;
/// A session ends after this long in any case (Datadog's rule).
pub const SESSION_MAX_MS: u64 = 4 * 60 * 60 * 1000;

/// A discrete action is over after this long without anything that it caused (Datadog's rule).
pub const ACTION_QUIET_MS: u64 = 100;
/// Longest action on Android (dd-sdk-android).
pub const ACTION_MAX_ANDROID_MS: u64 = 5_000;
/// Longest action on iOS (dd-sdk-ios).
pub const ACTION_MAX_IOS_MS: u64 = 10_000;
/// A main thread that was busy for so long has frozen its app (Datadog's and Android's rule).
pub const FROZEN_FRAME_NS: u64 = 700_000_000;
/// Resources that begin so soon after their view are what it needs to be shown (Datadog's rule).
pub const INITIAL_RESOURCE_MS: u64 = 100;
/// An interaction that is older has not led to the view that starts now (Datadog's rule).
pub const INTERACTION_TO_VIEW_MS: u64 = 3_000;
/// Frames a second below which a view was rendered slowly (dd-sdk-android).
pub const SLOW_RENDERING_FPS: f64 = 55.0;
/// Longest launch that is believed: what takes longer was interrupted (dd-sdk-ios).
pub const APP_LAUNCH_MAX_NS: u64 = 60_000_000_000;

/// Views of a session that have ended and are remembered, for requests that began in them: nobody opens so many within the minute
/// that the slowest takes.
pub const ENDED_VIEWS: usize = 16;
/// Resources by hand that have begun and not ended: an app that forgets to end them must not fill the memory. The oldest goes.
pub const OPEN_RESOURCES: usize = 256;
/// Timings of a view: people have to read them.
pub const VIEW_TIMINGS: usize = 100;
/// Feature flags of a view: half of the attributes that the intake allows an event.
pub const FEATURE_FLAGS: usize = 500;
/// Times that a view came to the foreground, and were told.
pub const FOREGROUND_PERIODS: usize = 100;
/// Causes of an error that are recorded: deeper ones are the frameworks'.
pub const ERROR_CAUSES: usize = 10;
/// Bytes of a stack trace, or of a line of a log, that are recorded: hundreds of frames.
pub const STACK_BYTES: usize = 64 * 1024;

/// Bytes of commands waiting for the `handspan` thread; over this the newest is dropped and counted.
pub const QUEUE_BYTES: usize = 1024 * 1024;
/// Characters of a URL, a header value or an error message that are recorded.
pub const TEXT_CHARS: usize = 8 * 1024;
/// Hops of a call that are recorded: OkHttp gives up after 20 follow-ups, URLSession too.
pub const HOPS: usize = 32;

/// Bytes of events that wait for a mapper of the app: a second of a busy app's.
pub const MAPPER_BYTES: usize = 1024 * 1024;
/// How long an event waits for its mapper: it is code of the app, and has only to look.
pub const MAPPER_WAIT_MS: u64 = 5_000;

/// Bytes of a GraphQL request's text, and of its variables, that are recorded (dd-sdk-ios and dd-sdk-android: 30 KB).
pub const GRAPHQL_BYTES: usize = 30 * 1024;

/// The intake refuses events over 1 MB.
pub const EVENT_BYTES: usize = 1_000_000;
/// Events of a session: the intake takes no more.
pub const SESSION_EVENTS: u64 = 10_000_000;
/// Attributes of an event: the intake takes no more. Each value counts, those in lists and maps too.
pub const ATTRIBUTES: usize = 1_000;
/// Levels of an event, itself the first: the intake reads no deeper.
pub const EVENT_LEVELS: usize = 20;
/// Levels of an attribute's value: it lies in `context` in its event, or in `attributes` in `span`.
pub const ATTRIBUTE_LEVELS: usize = EVENT_LEVELS - 3;
/// Bytes of an attribute's name: people make them.
pub const ATTRIBUTE_NAME_BYTES: usize = 256;
/// Bytes of a text in an attribute: Datadog's SDK for iOS cuts there.
pub const ATTRIBUTE_TEXT_BYTES: usize = 25_600;
/// Bytes of all attributes that are given at once: those of the app, the view and the event fit into an event together.
pub const ATTRIBUTES_BYTES: usize = 256 * 1024;
/// Bytes that encryption adds to an event: a nonce and a tag.
pub const SEALING_BYTES: usize = 12 + 16;
/// Bytes of events in a batch: well below the intake's 5 MB, small enough to hold twice in memory.
pub const BATCH_BYTES: usize = 512 * 1024;
/// Events in a batch.
pub const BATCH_EVENTS: u32 = 500;
/// Bytes of events that wait to be written together: well below what a batch may hold, and written within milliseconds.
pub const WRITE_BYTES: usize = 64 * 1024;
/// Age at which an open batch is sealed: ARMS's `flush_interval`; short enough to follow an app live.
pub const BATCH_MAX_AGE_MS: u64 = 5_000;
/// Time that the events of one batch may span while nothing can be sent: they are given up together when the first is too old,
/// and a batch for every few seconds of a day offline would be thousands.
pub const BATCH_SPAN_MS: u64 = 15 * 60 * 1000;
/// Bytes of all batches on disk; the oldest go first.
pub const STORE_BYTES: u64 = 50 * 1024 * 1024;
/// Sealed batches: each is a file, and a folder is listed to delete one. A day of them by the quarter of an hour, in each of six
/// lanes, is 576; the oldest go first.
pub const BATCHES: usize = 2_000;
/// Processes beside the first that get a folder of their own: an app has its own and a service or two.
pub const SIDE_PROCESSES: u32 = 4;
/// Bytes of all batches in the folder of such a process: most of an app's requests are the first one's.
pub const SIDE_STORE_BYTES: u64 = 10 * 1024 * 1024;
/// Bytes of a batch file: the events, their frames and one event too many; a larger file is not ours.
pub const BATCH_FILE_BYTES: u64 = 2 * 1024 * 1024;
/// Bytes of all batches in memory, where no folder can be had: an app must not feel it.
pub const MEMORY_STORE_BYTES: u64 = 2 * 1024 * 1024;
/// Files set aside as unreadable that are kept to be looked at.
pub const BAD_FILES: usize = 5;
/// Bytes of a small document kept beside the batches: the remote document is the largest.
pub const DOCUMENT_BYTES: u64 = 512 * 1024;
/// The intake refuses events that are over a day late.
pub const BATCH_MAX_DELAY_MS: u64 = 24 * 60 * 60 * 1000;

/// The phone's clock is corrected by the intake's when they differ by more: less is the way of an answer, and harmless. Two
/// that differ by no more agree; without that no correction is believed.
pub const CLOCK_TOLERANCE_MS: u64 = 60_000;
/// Dates of an intake that are believed, 2026 to 2100: anything else is a broken or foreign server's.
pub const SERVER_DATES_MS: std::ops::Range<u64> = 1_767_225_600_000..4_102_444_800_000;

/// Least time between two wake-ups of a metered network's radio: LTE holds the radio at full power for about ten seconds after the
/// last byte, so a batch every five seconds would never let it rest.
pub const METERED_INTERVAL_MS: u64 = 30_000;
/// The same for an app in the background: the shortest period that Android's WorkManager allows.
pub const BACKGROUND_INTERVAL_MS: u64 = 15 * 60 * 1000;
/// Longest interval that can be configured: half of the time after which the intake refuses events.
pub const INTERVAL_MAX_MS: u64 = 12 * 60 * 60 * 1000;
/// Time in which an app in the background makes its tries: about what iOS grants before it suspends an app.
pub const BACKGROUND_TRY_MS: u64 = 5_000;
/// Least time that the last of these tries gets: less than that no mobile network answers in.
pub const BACKGROUND_LEAST_MS: u64 = 1_000;

/// Least time between two events of the SDK's own stats: they are for people who look, and about 600 bytes each.
pub const TELEMETRY_INTERVAL_MS: u64 = 60_000;

/// First delay after a failed upload; doubled each time, with full jitter.
pub const RETRY_BASE_MS: u64 = 1_000;
/// Failed tries of one batch, each with another batch taken since the one before, after which it is set aside: it is the
/// batch then, not the intake.
pub const POISON_STRIKES: u32 = 5;
/// Longest delay between two tries.
pub const RETRY_MAX_MS: u64 = 5 * 60 * 1000;
/// Longest `Retry-After` that is believed.
pub const RETRY_AFTER_MAX_MS: u64 = 60 * 60 * 1000;
/// One HTTP exchange of the SDK, all in all.
pub const HTTP_TIMEOUT_MS: u64 = 30_000;
/// Bytes of an intake's answer that are read: nothing in it is needed.
pub const ANSWER_BYTES: usize = 64 * 1024;

/// The remote document is asked for again after more than this time in the background (ARMS's and Datadog's rule): a glance at
/// another app is no reason.
pub const REMOTE_BACKGROUND_MS: u64 = 30_000;
/// Longest random wait before a pull that is not urgent: a push message brings a whole fleet to the foreground within a second,
/// and nobody sees a configuration come two seconds later.
pub const REMOTE_JITTER_MS: u64 = 2_000;
/// One pull, all in all: a document is small, and a server that takes longer is in trouble.
pub const REMOTE_TIMEOUT_MS: u64 = 10_000;
/// First bound of the delay after a failed pull; doubled each time, with full jitter. An upload is urgent, a pull is not.
pub const REMOTE_RETRY_BASE_MS: u64 = 30_000;
/// The same where the server said when to come back (`Retry-After`): everybody who has the app open was told the same moment,
/// and most will have closed it again within these two minutes. With 30 s the simulated fleet came back at five times its rate.
pub const REMOTE_ASKED_BASE_MS: u64 = 120_000;
/// Longest delay between two pulls: an app that stays open for days follows within an hour.
pub const REMOTE_RETRY_MAX_MS: u64 = 60 * 60 * 1000;
/// Starts with a kept document of which none survived, after which it is set aside: one may be the user's doing, or the
/// system's; three in a row are not.
pub const REMOTE_STARTS: u32 = 3;
/// Time after which a start has survived: what a configuration breaks, it breaks at the first screen and the first requests.
pub const REMOTE_MARK_MS: u64 = 10_000;
/// Time after which a document that was set aside is tried once more: it may not have been its fault.
pub const REMOTE_SET_ASIDE_MS: u64 = 24 * 60 * 60 * 1000;
/// Bytes of an `ETag` that is kept: servers make them of hashes and dates.
pub const REMOTE_ETAG_BYTES: usize = 256;
/// Characters of an install id that the app gives: any real one is shorter.
pub const INSTALL_ID_CHARS: usize = 256;

/// Bytes of a remote document: a hundred times what a large app needs.
pub const REMOTE_BYTES: usize = 256 * 1024;
/// Targets of a remote document: each is judged at every start, and people have to read the list.
pub const REMOTE_TARGETS: usize = 200;
/// Highest version of a remote document: 2^53-1, up to which every reader of JSON holds whole numbers exactly (RFC 8259, 6).
pub const REMOTE_VERSION_MAX: u64 = (1 << 53) - 1;
/// Bytes of the lines in front of a signed document: a signature takes at most 154, and a rotation two of them.
pub const SIGNATURE_LINES_BYTES: usize = 2 * 1024;
