//! A small seeded generator of numbers (xorshift64*), so that a test site is the same on every
//! machine and with every release of every library.
//!
//! In: a seed and the names of a stream. Out: numbers and picks. Not for anything that must be
//! hard to guess.

/// One stream of numbers; the same keys give the same stream.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The stream that belongs to these keys, for example a seed, a page and a purpose.
    pub fn of(keys: &[u64]) -> Self {
        let mixed = keys.iter().fold(0x9E37_79B9_7F4A_7C15, |state, key| {
            scramble(state ^ scramble(*key))
        });
        // A state of zero would stay zero for ever.
        Self(mixed | 1)
    }

    /// The next 64 bits.
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number in `0..bound`; `bound` must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        // The upper half of the product has no low-bit patterns, and no division is needed.
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// A number in `low..=high`.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high - low + 1)
    }

    /// One of the items, which must not be empty.
    pub fn pick<'a, T: ?Sized>(&mut self, items: &[&'a T]) -> &'a T {
        items[self.below(items.len())]
    }
}

/// Spreads one number over all 64 bits.
fn scramble(value: u64) -> u64 {
    let value = (value ^ (value >> 31)).wrapping_mul(0x7FB5_D329_728E_A185);
    let value = (value ^ (value >> 27)).wrapping_mul(0x81DA_DEF4_BC2D_D44D);
    value ^ (value >> 33)
}

#[cfg(test)]
mod tests {
    use super::Random;

    #[test]
    fn the_same_keys_give_the_same_stream() {
        let (mut one, mut two, mut other) = (
            Random::of(&[1, 2]),
            Random::of(&[1, 2]),
            Random::of(&[2, 1]),
        );
        let first: Vec<u64> = (0..8).map(|_| one.next()).collect();
        assert_eq!(first, (0..8).map(|_| two.next()).collect::<Vec<_>>());
        assert_ne!(first, (0..8).map(|_| other.next()).collect::<Vec<_>>());
    }

    #[test]
    fn every_number_below_the_bound_turns_up() {
        let mut random = Random::of(&[7]);
        let mut seen = [false; 12];
        (0..1000).for_each(|_| seen[random.below(12)] = true);
        assert_eq!(seen, [true; 12]);
    }
}
