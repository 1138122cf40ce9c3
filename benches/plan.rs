//! What `plan` takes in time: from a parsed host to the headers, and their release.
#![allow(missing_docs, reason = "criterion's macros make public items")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use handspan_benches::{CASES, person, planned};

fn plans(criterion: &mut Criterion) {
    for case in CASES {
        let (settings, person) = (case.settings(), person());
        criterion.bench_function(case.name, |bencher| {
            bencher.iter(|| {
                planned(
                    black_box(&settings),
                    black_box(&person),
                    black_box(case.host),
                    black_box(case.headers),
                )
            });
        });
    }
}

criterion_group!(benches, plans);
criterion_main!(benches);
