//! What a command may hold when it enters, and what it costs while it waits: the queue is bounded in bytes.

use super::attributes::{self, AttributeValue, Attributes};
use super::call::strip_user_info;
use super::command::{FinishedSpan, LogLine, RumCommand, RumError};
use super::log;
use super::trim::{self, RESERVED_IN_CONTEXT, Trimmed};
use crate::batch::Track;
use crate::limits;

impl RumCommand {
    /// The track of what comes of it.
    pub fn track(&self) -> Track {
        match self {
            Self::Log(_) => Track::Logs,
            Self::FinishSpan(_) => Track::Spans,
            _ => Track::Rum,
        }
    }
}

/// What is left of a command.
#[derive(Debug, Default)]
pub struct Bounded {
    /// About what it costs in memory while it waits.
    pub bytes: usize,
    /// What was over a limit.
    pub trimmed: Trimmed,
}

impl RumCommand {
    /// Brings all that the app has said with it within limits, so that no call of the app can fill the queue.
    pub fn bound(&mut self) -> Bounded {
        let mut room = Bounded {
            bytes: size_of::<Self>(),
            trimmed: Trimmed::default(),
        };
        match self {
            Self::StartView {
                key,
                name,
                url,
                attributes,
            } => room.text(key).text(name).texts(url).attributes(attributes),
            Self::StartResource {
                key,
                method,
                url,
                attributes,
            } => {
                strip_user_info(url);
                room.text(key).text(method).text(url).attributes(attributes)
            }
            Self::StopResource {
                key, attributes, ..
            }
            | Self::StopView { key, attributes } => room.text(key).attributes(attributes),
            Self::StopResourceWithError {
                key,
                message,
                error_type,
                stack,
                attributes,
                ..
            } => room
                .text(key)
                .text(message)
                .texts(error_type)
                .stack(stack)
                .attributes(attributes),
            Self::AddDurationVital {
                name,
                description: more,
                attributes,
                ..
            }
            | Self::AddOperationStep {
                name,
                key: more,
                attributes,
                ..
            } => room.text(name).texts(more).attributes(attributes),
            Self::AddAction {
                name, attributes, ..
            }
            | Self::StartAction {
                name, attributes, ..
            } => room.text(name).attributes(attributes),
            Self::StopAction {
                name, attributes, ..
            } => room.texts(name).attributes(attributes),
            Self::AddLongTask { attributes, .. }
            | Self::SetViewAttributes { attributes }
            | Self::SetAttributes { attributes } => room.attributes(attributes),
            Self::RemoveAttributes { names } | Self::RemoveViewAttributes { names } => {
                names.truncate(limits::ATTRIBUTES);
                room.texts(names)
            }
            Self::AddViewTiming { name } => room.text(name),
            Self::AddFeatureFlag { name, value } => {
                if !trim::value(value, &mut room.trimmed) {
                    *value = AttributeValue::Null;
                }
                room.bytes += value.bytes();
                room.text(name)
            }
            Self::SetConnectivity(connectivity) => {
                // There are nine.
                connectivity.interfaces.truncate(9);
                room.texts(&mut connectivity.cellular_technology)
                    .texts(&mut connectivity.carrier_name)
            }
            Self::AddError(error) => error.bound(&mut room),
            Self::Log(line) => line.bound(&mut room),
            Self::FinishSpan(span) => span.bound(&mut room),
            Self::AddViewLoadingTime { .. }
            | Self::AddPerformanceSample { .. }
            | Self::AddAppLaunch { .. }
            | Self::StopSession => &mut room,
        };
        room
    }
}

impl Bounded {
    fn text(&mut self, text: &mut String) -> &mut Self {
        trim::text(text, limits::TEXT_CHARS, &mut self.trimmed);
        self.bytes += text.len();
        self
    }

    fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a mut String>) -> &mut Self {
        for text in texts {
            self.bytes += size_of::<String>();
            self.text(text);
        }
        self
    }

    fn long(&mut self, text: &mut String) -> &mut Self {
        trim::text(text, limits::STACK_BYTES, &mut self.trimmed);
        self.bytes += text.len();
        self
    }

    fn stack(&mut self, stack: &mut Option<String>) -> &mut Self {
        if let Some(stack) = stack {
            self.long(stack);
        }
        self
    }

    /// Attributes that will stand in `context`.
    fn attributes(&mut self, attributes: &mut Attributes) -> &mut Self {
        self.attributes_beside(attributes, &RESERVED_IN_CONTEXT)
    }

    /// Attributes that will stand beside members of ours of these names.
    fn attributes_beside(&mut self, attributes: &mut Attributes, ours: &[&str]) -> &mut Self {
        trim::attributes(attributes, ours, &mut self.trimmed);
        self.bytes += attributes::bytes(attributes);
        self
    }
}

impl RumError {
    fn bound<'a>(&mut self, room: &'a mut Bounded) -> &'a mut Bounded {
        let over = self.causes.len().saturating_sub(limits::ERROR_CAUSES);
        room.trimmed.add("cause_too_many", over as u64);
        self.causes.truncate(limits::ERROR_CAUSES);
        for cause in &mut self.causes {
            room.text(&mut cause.message)
                .texts(&mut cause.error_type)
                .stack(&mut cause.stack);
        }
        room.text(&mut self.message)
            .texts(&mut self.error_type)
            .stack(&mut self.stack)
            .texts(&mut self.fingerprint)
            .attributes(&mut self.attributes)
    }
}

impl LogLine {
    fn bound<'a>(&mut self, room: &'a mut Bounded) -> &'a mut Bounded {
        room.long(&mut self.message)
            .texts(&mut self.logger_name)
            .texts(&mut self.thread_name)
            .texts(&mut self.error_type)
            .texts(&mut self.error_message)
            .stack(&mut self.error_stack)
            .attributes_beside(&mut self.attributes, &log::RESERVED)
    }
}

impl FinishedSpan {
    fn bound<'a>(&mut self, room: &'a mut Bounded) -> &'a mut Bounded {
        room.text(&mut self.name)
            .texts(&mut self.error_type)
            .texts(&mut self.error_message)
            .stack(&mut self.error_stack)
            .attributes_beside(&mut self.attributes, &[])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rum::attributes::Attribute;
    use crate::rum::command::ErrorCause;

    #[test]
    fn a_command_of_any_size_fits_into_the_queue_and_says_what_it_costs() {
        let huge = || "é".repeat(limits::STACK_BYTES);
        let cause = || ErrorCause {
            message: huge(),
            error_type: None,
            stack: Some(huge()),
        };
        let mut error = RumCommand::AddError(Box::new(RumError {
            message: huge(),
            stack: Some(huge()),
            causes: std::iter::repeat_with(cause).take(100).collect(),
            ..RumError::default()
        }));
        let bytes = error.bound().bytes;
        assert!(
            bytes > limits::STACK_BYTES && bytes < limits::QUEUE_BYTES,
            "{bytes}"
        );
        let RumCommand::AddError(error) = error else {
            panic!("{error:?}")
        };
        assert_eq!(error.causes.len(), limits::ERROR_CAUSES);
        assert_eq!(error.stack.unwrap().len(), limits::STACK_BYTES);

        let attribute = Attribute {
            name: "n".to_owned(),
            value: AttributeValue::Int(1),
        };
        let mut many = RumCommand::SetAttributes {
            attributes: vec![attribute; 100_000],
        };
        assert!(many.bound().bytes < limits::QUEUE_BYTES);
    }

    #[test]
    fn every_text_of_every_command_is_bounded() {
        let huge = || "é".repeat(1_000_000);
        let some = || Some(huge());
        let attributes = || {
            vec![Attribute {
                name: "a".into(),
                value: AttributeValue::Text(huge()),
            }]
        };
        let error = RumError {
            message: huge(),
            error_type: some(),
            stack: some(),
            fingerprint: some(),
            causes: vec![
                ErrorCause {
                    message: huge(),
                    error_type: some(),
                    stack: some(),
                };
                50
            ],
            attributes: attributes(),
            ..RumError::default()
        };
        let line = LogLine {
            message: huge(),
            logger_name: some(),
            thread_name: some(),
            error_type: some(),
            error_message: some(),
            error_stack: some(),
            attributes: attributes(),
            ..LogLine::default()
        };
        let commands = [
            RumCommand::StartView {
                key: huge(),
                name: huge(),
                url: some(),
                attributes: attributes(),
            },
            RumCommand::StopView {
                key: huge(),
                attributes: attributes(),
            },
            RumCommand::AddViewTiming { name: huge() },
            RumCommand::RemoveViewAttributes {
                names: vec![huge(); 2],
            },
            RumCommand::StopAction {
                kind: None,
                name: some(),
                attributes: attributes(),
            },
            RumCommand::AddError(Box::new(error)),
            RumCommand::StartResource {
                key: huge(),
                method: huge(),
                url: huge(),
                attributes: attributes(),
            },
            RumCommand::StopResourceWithError {
                key: huge(),
                status_code: None,
                message: huge(),
                error_type: some(),
                stack: some(),
                attributes: attributes(),
            },
            RumCommand::AddDurationVital {
                name: huge(),
                description: some(),
                duration_ns: 1,
                attributes: attributes(),
            },
            RumCommand::AddFeatureFlag {
                name: huge(),
                value: AttributeValue::Text(huge()),
            },
            RumCommand::Log(Box::new(line)),
        ];
        for mut command in commands {
            let bounded = command.bound();
            assert!(!bounded.trimmed.is_empty());
            let size = format!("{command:?}").len();
            assert!(size < limits::EVENT_BYTES, "{size}");
            assert!(bounded.bytes < limits::EVENT_BYTES, "{bounded:?}");
        }
    }
}
