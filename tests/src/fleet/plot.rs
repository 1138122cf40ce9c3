//! The day as a picture: requests a second above, how the versions got round below.

use std::fmt::Write;

use super::server::{BAD, OUTAGE, RELEASES};
use super::tally::Tally;
use super::{DAY, HOUR, MINUTE, SECOND};

const WIDTH: f64 = 960.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 20.0;

/// Top and height of a panel.
#[derive(Clone, Copy)]
struct Panel {
    top: f64,
    height: f64,
}

const REQUESTS: Panel = Panel {
    top: 48.0,
    height: 240.0,
};
const VERSIONS: Panel = Panel {
    top: 348.0,
    height: 160.0,
};
const HEIGHT: f64 = 556.0;

/// A point for each minute: a line that a screen can show.
const STEP: u64 = MINUTE;

const STYLE: &str = "text{font:12px system-ui,sans-serif;fill:#333}.title{font-weight:600;font-size:13px}\
    .axis{stroke:#999}.grid{stroke:#e4e4e4}.most{fill:none;stroke:#e8a33d;stroke-width:1}.mean{fill:none;stroke:#1f5fbf;stroke-width:1.6}\
    .asked{fill:none;stroke:#333;stroke-width:1;stroke-dasharray:2 3}.outage{fill:#d64545;opacity:.16}.bad{fill:#8a5cc2;opacity:.18}\
    .release{stroke:#2c8a4b;stroke-dasharray:4 3}.v0{stroke:#2c8a4b}.v1{stroke:#c0392b}.v2{stroke:#1f5fbf}.version{fill:none;stroke-width:1.8}";

/// The picture, as SVG.
pub fn svg(tally: &Tally) -> String {
    let mut out = String::new();
    let minutes: Vec<Minute> = minutes(tally);
    let most = minutes.iter().map(|minute| minute.most).fold(1.0, f64::max);
    let top = nice(most);
    head(&mut out, tally);
    bands(&mut out);
    axes(&mut out, REQUESTS, top, "requests a second");
    line(&mut out, "most", REQUESTS, top, &minutes, |minute| {
        minute.most
    });
    line(&mut out, "asked", REQUESTS, top, &minutes, |minute| {
        minute.asked
    });
    line(&mut out, "mean", REQUESTS, top, &minutes, |minute| {
        minute.mean
    });
    axes(
        &mut out,
        VERSIONS,
        100.0,
        "% that have it (or a newer one), of the phones that talk to the server that day",
    );
    for (number, (release, spread)) in RELEASES.iter().zip(&tally.spreads).enumerate() {
        let mut after = spread.had_after.clone();
        after.sort_unstable();
        let mut points = String::new();
        for at in (release.at..=DAY).step_by(STEP as usize) {
            let have = after.partition_point(|ms| u64::from(*ms) <= at - release.at);
            let percent = 100.0 * have as f64 / spread.told.max(1) as f64;
            point(&mut points, VERSIONS, at, percent / 100.0);
        }
        text(
            &mut out,
            &format!(
                r#"<polyline class="version v{number}" points="{}"/>"#,
                points.trim_end()
            ),
        );
    }
    out.push_str("</svg>\n");
    out
}

/// What a minute of the day was like at the server.
struct Minute {
    mean: f64,
    /// Its busiest second.
    most: f64,
    /// What people's comings alone would have made of it.
    asked: f64,
}

fn minutes(tally: &Tally) -> Vec<Minute> {
    let seconds = (STEP / SECOND) as usize;
    let mean = |seconds: &[u32]| {
        seconds.iter().map(|count| f64::from(*count)).sum::<f64>() / seconds.len().max(1) as f64
    };
    let pairs = tally
        .requests
        .chunks(seconds)
        .zip(tally.asked.chunks(seconds));
    pairs
        .map(|(requests, asked)| Minute {
            mean: mean(requests),
            most: requests.iter().copied().max().unwrap_or(0).into(),
            asked: mean(asked),
        })
        .collect()
}

/// The next number of one digit and zeros.
fn nice(most: f64) -> f64 {
    let unit = 10_f64.powf(most.max(1.0).log10().floor());
    (most / unit).ceil() * unit
}

fn x(at: u64) -> f64 {
    LEFT + (WIDTH - LEFT - RIGHT) * at as f64 / DAY as f64
}

fn y(panel: Panel, share: f64) -> f64 {
    panel.top + panel.height * (1.0 - share)
}

fn text(out: &mut String, line: &str) {
    out.push_str(line);
    out.push('\n');
}

fn point(points: &mut String, panel: Panel, at: u64, share: f64) {
    // A string takes whatever is written.
    let _ = write!(points, "{:.1},{:.1} ", x(at), y(panel, share));
}

fn head(out: &mut String, tally: &Tally) {
    text(
        out,
        &format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Requests a second and versions over a day"><style>{STYLE}</style><rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>"#
        ),
    );
    let title = format!(
        "A day of {} phones at the server of their remote document",
        grouped(tally.phones)
    );
    label(out, LEFT, 20.0, "start", "title", &title);
    let y = 36.0;
    for (x, class, words) in [
        (LEFT, "mean", "mean of a minute"),
        (LEFT + 150.0, "most", "its busiest second"),
        (
            LEFT + 300.0,
            "asked",
            "people opening the app, had every request been answered",
        ),
    ] {
        text(
            out,
            &format!(
                r#"<line class="{class}" x1="{x}" x2="{}" y1="{}" y2="{}"/>"#,
                x + 22.0,
                y - 4.0,
                y - 4.0
            ),
        );
        label(out, x + 28.0, y, "start", "", words);
    }
}

fn label(out: &mut String, x: f64, y: f64, anchor: &str, class: &str, words: &str) {
    text(
        out,
        &format!(
            r#"<text x="{x:.1}" y="{y:.1}" text-anchor="{anchor}" class="{class}">{words}</text>"#
        ),
    );
}

/// What happened when: the outage, the bad document, the releases.
fn bands(out: &mut String) {
    for panel in [REQUESTS, VERSIONS] {
        for (class, times) in [("outage", OUTAGE), ("bad", BAD)] {
            let (from, to) = (x(times.start), x(times.end));
            text(
                out,
                &format!(
                    r#"<rect class="{class}" x="{from:.1}" width="{:.1}" y="{}" height="{}"/>"#,
                    to - from,
                    panel.top,
                    panel.height
                ),
            );
        }
        for release in RELEASES {
            let at = x(release.at);
            text(
                out,
                &format!(
                    r#"<line class="release" x1="{at:.1}" x2="{at:.1}" y1="{}" y2="{}"/>"#,
                    panel.top,
                    panel.top + panel.height
                ),
            );
        }
    }
    let above = REQUESTS.top + 14.0;
    label(out, x(OUTAGE.start) + 4.0, above, "start", "", "outage");
    label(out, x(BAD.start) + 4.0, above, "start", "", "bad file");
    for release in RELEASES {
        let words = format!("version {}", release.version);
        label(
            out,
            x(release.at) + 4.0,
            VERSIONS.top + VERSIONS.height - 8.0,
            "start",
            "",
            &words,
        );
    }
}

fn axes(out: &mut String, panel: Panel, top: f64, name: &str) {
    for quarter in 0..=4 {
        let share = f64::from(quarter) / 4.0;
        let at = y(panel, share);
        let class = if quarter == 0 { "axis" } else { "grid" };
        text(
            out,
            &format!(
                r#"<line class="{class}" x1="{LEFT}" x2="{}" y1="{at:.1}" y2="{at:.1}"/>"#,
                WIDTH - RIGHT
            ),
        );
        label(out, LEFT - 8.0, at + 4.0, "end", "", &short(top * share));
    }
    for hour in (0..=24).step_by(3) {
        let words = format!("{hour:02}:00");
        label(
            out,
            x(hour * HOUR),
            panel.top + panel.height + 17.0,
            "middle",
            "",
            &words,
        );
    }
    if panel.top > REQUESTS.top {
        label(out, LEFT, panel.top - 12.0, "start", "title", name);
    } else {
        label(out, WIDTH - RIGHT, 20.0, "end", "", name);
    }
}

fn line(
    out: &mut String,
    class: &str,
    panel: Panel,
    top: f64,
    minutes: &[Minute],
    value: impl Fn(&Minute) -> f64,
) {
    let mut points = String::new();
    for (number, minute) in minutes.iter().enumerate() {
        point(
            &mut points,
            panel,
            number as u64 * STEP,
            value(minute) / top,
        );
    }
    text(
        out,
        &format!(
            r#"<polyline class="{class}" points="{}"/>"#,
            points.trim_end()
        ),
    );
}

fn short(number: f64) -> String {
    if number.fract() == 0.0 {
        grouped(number as u64)
    } else {
        format!("{number:.1}")
    }
}

/// `1,234,567`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
