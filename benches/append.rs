//! What an event's way into a batch file takes of the processor, the kernel's part included, waiting for other programs not: the
//! time shown is of a group, `elem/s` counts its events.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark stops where nothing is stored"
)]

use std::time::Duration;

use criterion::measurement::{Measurement, ValueFormatter, WallTime};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use handspan_benches::appends::{APPENDINGS, Filling};
use rustix::time::{ClockId, clock_gettime};

/// The processor's time of this thread.
struct CpuTime;

impl Measurement for CpuTime {
    type Intermediate = Duration;
    type Value = Duration;

    fn start(&self) -> Duration {
        let time = clock_gettime(ClockId::ThreadCPUTime);
        time.try_into().unwrap()
    }

    fn end(&self, start: Duration) -> Duration {
        self.start() - start
    }

    fn add(&self, one: &Duration, other: &Duration) -> Duration {
        *one + *other
    }

    fn zero(&self) -> Duration {
        Duration::ZERO
    }

    fn to_f64(&self, value: &Duration) -> f64 {
        WallTime.to_f64(value)
    }

    fn formatter(&self) -> &dyn ValueFormatter {
        WallTime.formatter()
    }
}

fn appends(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("append");
    for appending in APPENDINGS {
        group.throughput(Throughput::Elements(appending.together as u64));
        group.bench_function(appending.name, |bencher| {
            let mut filling = Filling::new(&appending).unwrap();
            bencher.iter(|| filling.append().unwrap());
        });
    }
    group.finish();
}

fn by_cpu_time() -> Criterion<CpuTime> {
    Criterion::default().with_measurement(CpuTime)
}

criterion_group! {
    name = benches;
    config = by_cpu_time();
    targets = appends
}
criterion_main!(benches);
