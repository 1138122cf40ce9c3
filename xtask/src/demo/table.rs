//! The requests as a table: request → headers → RUM event → backend span → joined.

use super::judge::{Judgement, Request, Row};

const TITLES: [&str; 6] = [
    "request",
    "status",
    "headers it left with",
    "ids on its RUM event",
    "backend span",
    "verdict",
];

/// Prints a line for each row, columns as wide as they need to be.
pub(crate) fn print(rows: &[Row]) {
    let lines: Vec<[String; 6]> = std::iter::once(TITLES.map(str::to_owned))
        .chain(rows.iter().map(cells))
        .collect();
    let widths = lines.iter().fold([0; 6], |mut widths, line| {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
        widths
    });
    for line in &lines {
        let padded: Vec<String> = line
            .iter()
            .zip(widths)
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        println!("{}", padded.join("  ").trim_end());
    }
}

fn cells(row: &Row) -> [String; 6] {
    let verdict = match (&row.judgement, &row.request) {
        (Judgement::Right, Some(request)) => told(request),
        (Judgement::Right, None) => String::new(),
        (Judgement::Pending(why) | Judgement::Wrong(why), _) => format!("WRONG: {why}"),
    };
    let Some(request) = &row.request else {
        return [
            row.name.clone(),
            "-".into(),
            "-".into(),
            "-".into(),
            "-".into(),
            verdict,
        ];
    };
    let status = request
        .status_code
        .map_or("failed".to_owned(), |status| status.to_string());
    [
        row.name.clone(),
        status,
        headers(request),
        ids(request),
        span(request),
        verdict,
    ]
}

fn told(request: &Request) -> String {
    match request.verdict.as_str() {
        "joined" => "joined".to_owned(),
        "not_expected" if request.status_code.is_some() => format!(
            "rightly none: {}",
            request.reason.as_deref().unwrap_or_default()
        ),
        _ if request.trace_id.is_some() => "left traced, no server there".to_owned(),
        _ => "never left, no server there".to_owned(),
    }
}

/// `traceparent tracestate x-datadog-*(6)`.
fn headers(request: &Request) -> String {
    let (datadog, others): (Vec<&str>, Vec<&str>) = request
        .headers
        .keys()
        .map(String::as_str)
        .partition(|name| name.starts_with("x-datadog-"));
    let mut names: Vec<String> = others.into_iter().map(str::to_owned).collect();
    if !datadog.is_empty() {
        names.push(format!("x-datadog-*({})", datadog.len()));
    }
    match (names.is_empty(), &request.reason) {
        (true, Some(reason)) if reason.starts_with("app_headers") => "the app's own".to_owned(),
        (true, _) => "none".to_owned(),
        (false, _) => names.join(" "),
    }
}

fn ids(request: &Request) -> String {
    match (&request.trace_id, &request.span_id) {
        (Some(trace), Some(span)) => format!("{trace} {span}"),
        _ => "none".to_owned(),
    }
}

fn span(request: &Request) -> String {
    let child = request
        .spans
        .iter()
        .find(|span| span.parent_id.is_some() && span.parent_id == request.span_id);
    match child {
        Some(span) => format!("{}: {} ({})", span.service, span.name, span.tracer),
        None => "none".to_owned(),
    }
}
