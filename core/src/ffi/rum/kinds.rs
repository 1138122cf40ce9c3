//! The closed lists of `rum::command`, as they cross the boundary.

use crate::rum::command as rum;

/// The same list here and there.
macro_rules! mirror {
    ($(#[$doc:meta])* $name:ident { $($(#[$line:meta])* $kind:ident,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, uniffi::Enum)]
        pub enum $name {
            $($(#[$line])* $kind,)*
        }

        impl From<$name> for rum::$name {
            fn from(kind: $name) -> Self {
                match kind {
                    $($name::$kind => Self::$kind,)*
                }
            }
        }
    };
}

mirror! {
    /// What the user did.
    ActionKind {
        /// A touch.
        Tap,
        /// A mouse.
        Click,
        /// Content moved.
        Scroll,
        /// A flick.
        Swipe,
        /// Android's back.
        Back,
        /// What the app calls one.
        Custom,
    }
}

mirror! {
    /// Where an error comes from.
    ErrorSource {
        /// A request.
        Network,
        /// The app's code.
        Source,
        /// A console.
        Console,
        /// A log line.
        Logger,
        /// The SDK.
        Agent,
        /// A web view.
        Webview,
        /// What the app calls one.
        Custom,
    }
}

mirror! {
    /// Did the app catch it?
    ErrorHandling {
        /// It did.
        Handled,
        /// It did not.
        Unhandled,
    }
}

mirror! {
    /// What kind of event an error is.
    ErrorCategory {
        /// Android's "application not responding".
        Anr,
        /// Apple's main thread hung.
        AppHang,
        /// An exception.
        Exception,
        /// The system's watchdog ended the app.
        WatchdogTermination,
        /// The system asked for memory.
        MemoryWarning,
        /// A request failed.
        Network,
    }
}

mirror! {
    /// What a response holds.
    ResourceKind {
        /// A call of the app's.
        Native,
        /// A picture.
        Image,
        /// Sound or film.
        Media,
        /// A font.
        Font,
        /// A style sheet.
        Css,
        /// A script.
        Js,
        /// A page.
        Document,
        /// Anything else.
        Other,
    }
}

mirror! {
    /// A step of an operation.
    OperationStep {
        /// It begins.
        Start,
        /// It goes on.
        Update,
        /// It is tried again.
        Retry,
        /// It has worked.
        Succeed,
        /// It has failed: something went wrong.
        FailWithError,
        /// It has failed: the user gave up.
        FailAbandoned,
        /// It has failed otherwise.
        FailOther,
    }
}

mirror! {
    /// How far the app has come up.
    AppLaunchMetric {
        /// Its first frame is drawn.
        TimeToInitialDisplay,
        /// It can be used.
        TimeToFullDisplay,
    }
}

mirror! {
    /// From where an app comes up.
    StartupType {
        /// Its process is new.
        ColdStart,
        /// Its process was there.
        WarmStart,
    }
}

mirror! {
    /// Is the phone connected?
    ConnectivityStatus {
        /// It is.
        Connected,
        /// It is not.
        NotConnected,
        /// Nobody knows.
        Maybe,
    }
}

mirror! {
    /// By what a phone is connected.
    ConnectivityInterface {
        /// Bluetooth.
        Bluetooth,
        /// A mobile network.
        Cellular,
        /// A cable.
        Ethernet,
        /// Wi-Fi.
        Wifi,
        /// WiMAX.
        Wimax,
        /// Several, or another.
        Mixed,
        /// Something that is neither of these.
        Other,
        /// Nobody knows.
        Unknown,
        /// None.
        None,
    }
}

mirror! {
    /// How grave a line of a log is.
    LogLevel {
        /// For developers.
        Debug,
        /// What happens.
        Info,
        /// What is worth a look.
        Notice,
        /// What may go wrong.
        Warn,
        /// What went wrong.
        Error,
        /// What must be mended now.
        Critical,
    }
}
