//! Bytes that an event takes on the wire, by how many share a request, and what gzip's levels and zlib make of the same.
#![allow(
    clippy::unwrap_used,
    reason = "a measurement that can't be made must say so"
)]

use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::{GzEncoder, ZlibEncoder};
use handspan_benches::{app, intake};
use handspan_core::config::from_json;
use handspan_core::instance::Handspan;
use std::io::{Read, Write};

fn main() {
    let (url, bodies) = intake::start().unwrap();
    let json = format!(
        r#"{{"intakes":[{{"type":"datadog","url":"{url}"}}],"batch_max_age_ms":3600000,{}}}"#,
        app::CONFIGURATION
    );
    let core = Handspan::start(from_json(&json).unwrap().0).unwrap();
    for events in [1, 8, 60, 500] {
        for n in 0..events {
            app::call(&core, n);
        }
        assert!(core.flush(Duration::from_secs(60)));
        let sent = bodies.recv().unwrap();
        let mut plain = Vec::new();
        GzDecoder::new(&sent[..]).read_to_end(&mut plain).unwrap();
        println!(
            "{events} events: {} bytes plain, {} sent, {} an event",
            plain.len(),
            sent.len(),
            sent.len() as u64 / events
        );
        if let Some(dir) = std::env::var_os("HANDSPAN_BODIES_DIR") {
            std::fs::write(
                std::path::Path::new(&dir).join(format!("{events}.ndjson")),
                &plain,
            )
            .unwrap();
        }
        for level in [1, 3, 6, 9] {
            compare(&format!("gzip {level}"), || {
                let mut encoder = GzEncoder::new(Vec::new(), Compression::new(level));
                encoder.write_all(&plain).unwrap();
                encoder.finish().unwrap()
            });
        }
        compare("deflate (zlib) 6", || {
            let mut encoder = ZlibEncoder::new(Vec::new(), Compression::default());
            encoder.write_all(&plain).unwrap();
            encoder.finish().unwrap()
        });
    }
    core.shutdown();
}

/// Size, and the best time of ten.
fn compare(name: &str, compress: impl Fn() -> Vec<u8>) {
    let times = (0..10).map(|_| {
        let start = Instant::now();
        let bytes = compress().len();
        (start.elapsed(), bytes)
    });
    let (time, bytes) = times.min().unwrap();
    println!("  {name}: {bytes} bytes, {} µs", time.as_micros());
}
