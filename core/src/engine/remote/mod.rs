//! The remote document's way in: the kept one at once where its guard lets it, a new one when it has come. And the switch in it,
//! which stops capture, injection and upload, and never the pulls that can undo it.

mod answers;
mod belief;
mod guard;
mod kept;
mod pulls;
mod status;

pub use status::{DisabledBy, RemoteState, RemoteStatus};

use std::sync::Arc;

use super::{Effect, Engine, Saved, StoredId};
use crate::config::{Configuration, Refusal, RefusalCode, bounded};
use crate::limits;
use crate::remote::PhoneFacts;
use crate::seams::clock::Now;
use crate::trace::TraceSettings;

use belief::{Believed, is_off};
use kept::Kept;
use pulls::Pulls;

/// What an engine with a remote document knows of it.
pub(super) struct Remote {
    url: Arc<str>,
    pulls: Pulls,
    kept: Kept,
    facts: PhoneFacts,
    /// When this start counts as survived; none where there is nothing to prove any more.
    mark_at: Option<u64>,
    /// The app's configuration with the document laid over it: what events say.
    changed: Option<Box<Configuration>>,
    /// The document in force says "off".
    is_off: bool,
    /// What it says of logging.
    log_level: Option<log::LevelFilter>,
    /// What of it was refused.
    findings: Findings,
}

/// What was wrong with a document.
#[derive(Debug, Clone, Default)]
struct Findings {
    refusals: Arc<[Refusal]>,
    refused_fields: u64,
    unknown_fields: u64,
}

impl Remote {
    /// The engine's status, as far as it stands here.
    pub(super) fn tell(&self, status: &mut RemoteStatus) {
        // Whatever its server says meanwhile: who wonders why it is not in force must find it.
        if self.kept.guard.is_set_aside() {
            status.state = RemoteState::SetAside;
        } else if self.pulls.is_under_way() {
            status.state = RemoteState::Pulling;
        }
        status.install_id = Some(Arc::from(self.facts.install_id.as_str()));
        status.etag.clone_from(&self.kept.etag);
        status.next_pull_mono_ms = self.pulls.next_at();
        status.starts_without_mark = self.kept.guard.starts;
    }

    pub(super) fn is_pulling(&self) -> bool {
        self.pulls.is_under_way()
    }

    /// Another id of this install, from the next document on.
    pub(super) fn set_install_id(&mut self, id: String) {
        self.facts.install_id = id;
    }

    pub(super) fn is_off(&self) -> bool {
        self.is_off
    }

    pub(super) fn changed(&self) -> Option<&Configuration> {
        self.changed.as_deref()
    }

    /// Are these the bytes that are kept?
    fn has(&self, document: &[u8]) -> bool {
        !document.is_empty() && document == self.kept.document
    }

    fn in_force(&self) -> bool {
        self.changed.is_some()
    }
}

impl Engine {
    pub(super) fn cold_start(
        &mut self,
        document: Option<Vec<u8>>,
        install_id: StoredId,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let url = self.settings.remote_url.as_deref().map(Arc::from);
        let Some(url) = url.filter(|_: &Arc<str>| self.settings.configuration.enabled) else {
            return;
        };
        let install_id = self.install_id(install_id, effects);
        let kept = document.and_then(|bytes| Kept::read(bytes, &url));
        let mut remote = Remote {
            pulls: Pulls::default(),
            kept: kept.unwrap_or_else(|| Kept::nothing(Arc::clone(&url))),
            facts: PhoneFacts::of(&self.settings.configuration, install_id),
            mark_at: None,
            changed: None,
            is_off: false,
            log_level: None,
            findings: Findings::default(),
            url,
        };
        remote.pulls.cold_start(false, 0, now);
        self.status.remote.state = RemoteState::Pulling;
        let has_kept = !remote.kept.document.is_empty();
        let remote = self.remote.insert(Box::new(remote));
        if has_kept {
            // Judged before anything is taken apart: should that ever fail, a better document is still asked for.
            let judged = remote.believe(&remote.kept.document, &self.settings);
            self.with_remote(|engine, remote| engine.start_with(remote, judged, now, effects));
        }
    }

    /// Works on the remote document's state and on the rest at once.
    fn with_remote(&mut self, work: impl FnOnce(&mut Self, &mut Remote)) {
        if let Some(mut remote) = self.remote.take() {
            work(self, &mut remote);
            self.remote = Some(remote);
        }
    }

    /// The app's own id, else the one of earlier starts, else a new one.
    fn install_id(&self, stored: StoredId, effects: &mut Vec<Effect>) -> String {
        if let Some(id) = &self.settings.install_id {
            return id.clone();
        }
        self.kept_id(stored, Saved::InstallId, effects)
    }

    /// Begins with the kept document, where its guard lets it.
    fn start_with(
        &mut self,
        remote: &mut Remote,
        judged: Result<Believed, Refusal>,
        now: Now,
        effects: &mut Vec<Effect>,
    ) {
        let believed = match judged {
            Ok(believed) => believed,
            // Of another release of the app, or signed for its keys.
            Err(refusal) => {
                self.refuse_document(refusal);
                remote.kept.forget();
                return;
            }
        };
        let before = (remote.kept.guard.clone(), remote.kept.floor);
        remote.prove(&believed, &self.settings);
        if remote.kept.guard.start(now.wall_ms) {
            remote.mark_at = Some(now.mono_ms.saturating_add(limits::REMOTE_MARK_MS));
            self.apply(remote, believed, true, effects);
            let random = self.entropy.next_u64();
            remote.pulls.cold_start(true, random, now);
            return;
        }
        if (remote.kept.guard.clone(), remote.kept.floor) != before {
            effects.push(Effect::Save(Saved::Remote, remote.kept.to_bytes()));
        }
        log::warn!(
            "handspan: the kept remote document is set aside: no start with it has survived of late"
        );
        // Being off crashes nobody, and crashing must not undo it.
        remote.is_off = is_off(&believed.resolved, remote.kept.off);
        if remote.is_off {
            self.status.remote.version = believed.version.map(|version| version.to_string().into());
            let trace = Arc::new(self.settings.trace.clone());
            effects.push(self.published(remote, trace, true, true));
        }
    }

    /// The app has gone or come back, or a network has: a start that is left has survived.
    pub(super) fn remote_told(&mut self, told: Told, now: Now, effects: &mut Vec<Effect>) {
        let Some(remote) = &mut self.remote else {
            return;
        };
        match told {
            Told::Background => {
                remote.pulls.background(now);
                self.mark(effects);
            }
            Told::Foreground => {
                let random = self.entropy.next_u64();
                remote.pulls.foreground(remote.in_force(), random, now);
            }
            Told::Network(is_there) => {
                let random = self.entropy.next_u64();
                remote.pulls.network(is_there, random, now);
            }
        }
    }

    /// What is due of it: the mark, and a pull.
    pub(super) fn remote_next(&mut self, now: Now, effects: &mut Vec<Effect>) {
        let Some(remote) = &mut self.remote else {
            return;
        };
        if remote.mark_at.is_some_and(|at| at <= now.mono_ms) {
            self.mark(effects);
        }
        let Some(remote) = &mut self.remote else {
            return;
        };
        if remote.pulls.begin(now) {
            let etag = &remote.kept.etag;
            effects.push(Effect::Pull {
                url: Arc::clone(&remote.url),
                etag: etag.clone().filter(|_| !remote.kept.document.is_empty()),
            });
            self.status.remote.pulls += 1;
            self.status.remote.last_pull_mono_ms = Some(now.mono_ms);
        }
    }

    /// When the next of these is due.
    pub(super) fn remote_at(&self) -> Option<u64> {
        let remote = self.remote.as_ref()?;
        remote
            .mark_at
            .into_iter()
            .chain(remote.pulls.next_at())
            .min()
    }

    /// This start has survived.
    pub(super) fn mark(&mut self, effects: &mut Vec<Effect>) {
        let Some(remote) = &mut self.remote else {
            return;
        };
        if remote.mark_at.take().is_some() && remote.kept.guard.mark() {
            effects.push(Effect::Save(Saved::Remote, remote.kept.to_bytes()));
        }
    }

    /// Lays a document over the app's configuration.
    fn apply(
        &mut self,
        remote: &mut Remote,
        believed: Believed,
        at_start: bool,
        effects: &mut Vec<Effect>,
    ) {
        remote.prove(&believed, &self.settings);
        remote.findings = Findings::of(&believed.refusals);
        let changes = &believed.resolved.changes;
        let effective = believed.effective;
        let trace = Arc::new(believed.trace);
        remote.is_off = is_off(
            &believed.resolved,
            remote.is_off || at_start && remote.kept.off,
        );
        remote.kept.off = remote.is_off;
        self.batches.set_max_age(effective.batch_max_age_ms);
        self.schedule.set_policy(effective.upload.clone());
        let captures = changes.capture_resources.unwrap_or(true);
        let level = changes.log_level;
        self.told_of(&remote.findings);
        let status = &mut self.status.remote;
        status.state = RemoteState::Applied;
        status.applied += 1;
        status.version = believed.version.map(|version| version.to_string().into());
        status.key_id = believed.key_id.map(Arc::from);
        let targets = believed.resolved.targets.into_iter();
        status.targets = targets
            .filter(|target| target.matched)
            .map(|target| Arc::from(target.name))
            .collect();
        remote.changed = Some(Box::new(effective));
        // Kept and counted first: what crashes the app must be known to the next start.
        effects.push(Effect::Save(Saved::Remote, remote.kept.to_bytes()));
        if std::mem::replace(&mut remote.log_level, level) != level {
            effects.push(Effect::LogLevel(level));
        }
        effects.push(self.published(remote, trace, captures, at_start));
    }

    fn published(
        &self,
        remote: &Remote,
        trace: Arc<TraceSettings>,
        captures_resources: bool,
        at_start: bool,
    ) -> Effect {
        Effect::Publish {
            trace,
            enabled: !remote.is_off,
            captures_resources,
            remote_version: self.status.remote.version.clone(),
            at_start,
        }
    }

    fn refuse_document(&mut self, refusal: Refusal) {
        self.status.remote.refused += 1;
        self.status.remote.state = RemoteState::Refused;
        self.told_of(&Findings::of(&[refusal]));
    }

    fn told_of(&mut self, findings: &Findings) {
        self.status.remote.unknown_fields = findings.unknown_fields;
        self.status.remote.refused_fields = findings.refused_fields;
        self.status.refusals = Arc::clone(&findings.refusals);
    }
}

impl Findings {
    fn of(refusals: &[Refusal]) -> Self {
        let count = |is: fn(RefusalCode) -> bool| {
            let codes = refusals.iter().map(|refusal| refusal.code);
            codes.filter(|code| is(*code)).count() as u64
        };
        let bounded = bounded(refusals.to_vec());
        for refusal in &bounded {
            log::warn!("handspan: {refusal}");
        }
        Self {
            unknown_fields: count(|code| code == RefusalCode::UnknownField),
            refused_fields: count(|code| code != RefusalCode::UnknownField && !code.is_warning()),
            refusals: Arc::from(bounded),
        }
    }
}

/// What the platform tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    Background,
    Foreground,
    Network(bool),
}
