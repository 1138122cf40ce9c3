//! What an event's way into a batch file takes of the processor, the kernel's part included, waiting for other programs not: the
//! time shown is of a group, `elem/s` counts its events.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark stops where nothing is stored"
)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use handspan_benches::appends::{APPENDINGS, Filling};
use handspan_benches::cpu_time::CpuTime;

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
