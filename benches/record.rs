//! What telling the core something takes of the caller's processor time; the core's thread works on another one meanwhile.
#![allow(missing_docs, reason = "criterion's macros make public items")]
#![allow(
    clippy::unwrap_used,
    reason = "a benchmark stops where nothing is recorded"
)]

use std::time::Duration;

use criterion::{Criterion, criterion_group, criterion_main};
use handspan_benches::cpu_time::{CpuTime, cpu_time};
use handspan_benches::recording::{TELLINGS, TOGETHER, core, settle};

fn records(criterion: &mut Criterion<CpuTime>) {
    let mut group = criterion.benchmark_group("record");
    for telling in TELLINGS {
        let core = core(telling.name).unwrap();
        group.bench_function(telling.name, |bencher| {
            bencher.iter_custom(|times| {
                let mut taken = Duration::ZERO;
                let mut left = times;
                while left > 0 {
                    let now = left.min(TOGETHER);
                    let start = cpu_time();
                    for _ in 0..now {
                        core.record((telling.command)(), Duration::ZERO);
                    }
                    taken += cpu_time() - start;
                    settle(&core);
                    left -= now;
                }
                taken
            });
        });
        core.shutdown();
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().with_measurement(CpuTime);
    targets = records
}
criterion_main!(benches);
