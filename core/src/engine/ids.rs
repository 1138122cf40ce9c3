//! Ids that this install keeps from start to start.

use super::{Effect, Engine, Saved, StoredId};
use crate::seams::entropy::uuid_v4;
use crate::uuid::is_uuid;

impl Engine {
    /// Takes the id that events name this install by, where the app wants one.
    pub(super) fn set_anonymous_id(&mut self, stored: StoredId, effects: &mut Vec<Effect>) {
        if self.settings.configuration.track_anonymous_user {
            self.anonymous_id = Some(self.kept_id(stored, Saved::AnonymousId, effects));
        }
    }

    /// The id of earlier starts, else a new one.
    pub(super) fn kept_id(
        &self,
        stored: StoredId,
        saved: Saved,
        effects: &mut Vec<Effect>,
    ) -> String {
        let replaces = !matches!(stored, StoredId::Unread);
        if let StoredId::Known(id) = stored
            && is_uuid(&id)
        {
            return id;
        }
        let id = uuid_v4(self.entropy.as_ref());
        if replaces {
            effects.push(Effect::Save(saved, id.clone().into_bytes()));
        }
        id
    }

    /// Others in the place of those that are in use.
    pub(super) fn renew_ids(&mut self, effects: &mut Vec<Effect>) {
        self.set_anonymous_id(StoredId::None, effects);
        if self.remote.is_some() && self.settings.install_id.is_none() {
            let id = self.kept_id(StoredId::None, Saved::InstallId, effects);
            if let Some(remote) = &mut self.remote {
                remote.set_install_id(id);
            }
        }
    }
}
