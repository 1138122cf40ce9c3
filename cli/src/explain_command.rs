//! `handspan explain`: what happens to a request, in words.

use handspan_core::trace::session_hash;

use crate::Failure;
use crate::config_file::on_one_line;
use crate::plan_line::PlanLine;
use crate::planner::Planner;
use crate::request::Request;

/// The request that somebody asks about.
pub struct Question<'a> {
    /// URL.
    pub url: &'a str,
    /// HTTP method.
    pub method: &'a str,
    /// Headers, as `name: value`.
    pub headers: &'a [String],
    /// UUID of the session.
    pub session_id: Option<String>,
    /// Is the trace kept, whatever the rates say?
    pub keep: bool,
}

/// The answer: a few sentences and the headers to be set, or, as `json`, one line with both and the data behind them.
pub fn explain(planner: &Planner, question: Question<'_>, json: bool) -> Result<String, Failure> {
    let mut request = Request::new(question.method, question.url).map_err(Failure::new)?;
    for header in question.headers {
        request.headers.push(read_header(header)?);
    }
    if let Some(id) = question.session_id {
        session_hash(&id)
            .ok_or_else(|| Failure::new(format!("--session-id {id:?} is not a UUID")))?;
        request.session_id = Some(id);
    }
    request.keep = question.keep;
    let (plan, explanation) = planner.explained(&request)?;
    if json {
        let line = PlanLine {
            request: &request,
            plan: &plan,
            explanation: Some(&explanation),
        };
        return serde_json::to_string(&line).map_err(|error| Failure::new(error.to_string()));
    }
    // A URL may hold what a terminal would obey.
    let mut answer = on_one_line(&explanation.words);
    for (name, value) in plan.headers() {
        answer.push_str(&format!("\n  {name}: {value}"));
    }
    Ok(answer)
}

fn read_header(written: &str) -> Result<(String, String), Failure> {
    let (name, value) = written.split_once(':').ok_or_else(|| {
        Failure::new(format!(
            "--header {written:?} has no colon; write it as 'name: value'"
        ))
    })?;
    Ok((name.trim().to_owned(), value.trim().to_owned()))
}
