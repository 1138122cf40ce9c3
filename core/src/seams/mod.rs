//! What the worker performs effects with: a trait each, the real one, and one for tests.
//!
//! Nothing that decides calls a clock, a random source, a disk or a network by itself: it is handed these.

pub mod cipher;
pub mod clock;
pub mod entropy;
pub mod logger;
pub mod storage;
pub mod transport;

use std::sync::Arc;

/// What a core is given of the world, bar its folder.
#[derive(Clone)]
pub struct Seams {
    /// Wall and monotonic time.
    pub clock: Arc<dyn clock::Clock>,
    /// Random bits.
    pub entropy: Arc<dyn entropy::Entropy>,
    /// HTTP to intakes and to the remote document's server.
    pub transport: Arc<dyn transport::Transport>,
}

impl Seams {
    /// The operating system's clock and entropy, and HTTP by reqwest the way that the app wants.
    pub fn system(network: &transport::Network) -> Self {
        Self {
            clock: Arc::new(clock::SystemClock),
            entropy: Arc::new(entropy::SystemEntropy),
            transport: Arc::new(transport::ReqwestTransport::new(network.clone())),
        }
    }
}
