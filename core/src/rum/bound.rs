//! What a command may hold when it enters, and what it costs while it waits: the queue is bounded in bytes.

use super::attributes::{self, AttributeValue, Attributes, cut, cut_to};
use super::command::{FinishedSpan, LogLine, RumCommand, RumError};
use crate::limits;

impl RumCommand {
    /// Cuts every text to its limit, so that no call of the app can fill the queue; answers about what is left costs in memory
    /// while it waits.
    pub fn bound(&mut self) -> usize {
        let mut room = Room(size_of::<Self>());
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
            } => room.text(key).text(method).text(url).attributes(attributes),
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
                if let AttributeValue::Text(text) = value {
                    cut(text);
                }
                room.0 += value.bytes();
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
        room.0
    }
}

/// Bytes that a command takes.
struct Room(usize);

impl Room {
    fn text(&mut self, text: &mut String) -> &mut Self {
        cut(text);
        self.0 += text.len();
        self
    }

    fn texts<'a>(&mut self, texts: impl IntoIterator<Item = &'a mut String>) -> &mut Self {
        for text in texts {
            self.0 += size_of::<String>();
            self.text(text);
        }
        self
    }

    fn stack(&mut self, stack: &mut Option<String>) -> &mut Self {
        if let Some(stack) = stack {
            cut_to(stack, limits::STACK_BYTES);
            self.0 += stack.len();
        }
        self
    }

    fn attributes(&mut self, attributes: &mut Attributes) -> &mut Self {
        attributes.truncate(limits::ATTRIBUTES);
        self.0 += attributes::bytes(attributes);
        self
    }
}

impl RumError {
    fn bound<'a>(&mut self, room: &'a mut Room) -> &'a mut Room {
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
    fn bound<'a>(&mut self, room: &'a mut Room) -> &'a mut Room {
        room.text(&mut self.message)
            .texts(&mut self.logger_name)
            .texts(&mut self.thread_name)
            .texts(&mut self.error_type)
            .texts(&mut self.error_message)
            .stack(&mut self.error_stack)
            .attributes(&mut self.attributes)
    }
}

impl FinishedSpan {
    fn bound<'a>(&mut self, room: &'a mut Room) -> &'a mut Room {
        room.text(&mut self.name)
            .texts(&mut self.error_type)
            .texts(&mut self.error_message)
            .stack(&mut self.error_stack)
            .attributes(&mut self.attributes)
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
        let bytes = error.bound();
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
        assert!(many.bound() < limits::QUEUE_BYTES);
    }
}
