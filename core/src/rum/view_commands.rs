//! What the app says of its active view.

use super::attributes::{Attribute, Attributes, bytes, merge, remove};
use super::live::{LiveSession, Teller};
use super::view::Origin;
use crate::limits;

impl LiveSession {
    pub(super) fn stop_view(&mut self, key: &str, attributes: Attributes, tell: &mut Teller<'_>) {
        let Some(view) = self.active_view() else {
            return;
        };
        if view.is.key == key && view.origin == Origin::App {
            tell.out.left_out += merge(&mut view.is.attributes, attributes);
            self.end_view(tell.now(), tell);
        }
    }

    pub(super) fn add_timing(&mut self, name: &str, tell: &mut Teller<'_>) {
        let Some(active) = self.active() else {
            return;
        };
        let view = self.views.get_mut(active);
        if view.is_some_and(|view| view.add_timing(name, tell.now())) {
            self.write_view(active, tell);
        } else if self.facts.kept {
            tell.drop("too_many_timings");
        }
    }

    pub(super) fn add_loading_time(&mut self, overwrite: bool, tell: &mut Teller<'_>) {
        let Some(active) = self.active() else {
            return;
        };
        let view = self.views.get_mut(active);
        if view.is_some_and(|view| view.set_loading_time(tell.now(), overwrite)) {
            self.write_view(active, tell);
        }
    }

    pub(super) fn add_flag(&mut self, flag: Attribute, tell: &mut Teller<'_>) {
        let Some(view) = self.active_view() else {
            return;
        };
        let mut known = view.feature_flags.iter_mut();
        if let Some(known) = known.find(|known| known.name == flag.name) {
            known.value = flag.value;
        } else if view.feature_flags.len() < limits::FEATURE_FLAGS
            && bytes(&view.feature_flags) + flag.value.bytes() <= limits::ATTRIBUTES_BYTES
        {
            view.feature_flags.push(flag);
        } else {
            if self.facts.kept {
                tell.drop("too_many_feature_flags");
            }
            return;
        }
        view.is_dirty = true;
    }

    pub(super) fn set_view_attributes(&mut self, attributes: Attributes, tell: &mut Teller<'_>) {
        if let Some(view) = self.active_view() {
            tell.out.left_out += merge(&mut view.is.attributes, attributes);
            view.is_dirty = true;
        }
    }

    pub(super) fn remove_view_attributes(&mut self, names: &[String]) {
        if let Some(view) = self.active_view() {
            remove(&mut view.is.attributes, names);
            view.is_dirty = true;
        }
    }
}
