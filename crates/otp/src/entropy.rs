//! Random bytes of the operating system.

use denizen_domain::entropy::Entropy;
use rand::TryRng as _;
use rand::rngs::SysRng;

/// Asks the operating system's generator each time, so that no state is kept here that could leak or be forked (T2).
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, bytes: &mut [u8]) {
        SysRng
            .try_fill_bytes(bytes)
            .expect("a running system has seeded its generator; without one no secret may be made");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_draws_differ() {
        let (mut first, mut second) = ([0; 32], [0; 32]);
        SystemEntropy.fill(&mut first);
        SystemEntropy.fill(&mut second);
        assert_ne!(first, second);
        assert_ne!(first, [0; 32]);
    }
}
