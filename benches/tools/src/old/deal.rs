//! Exact counts, dealt at random.
//!
//! In: things that each count for some number of files, and a number to reach. Out: some of the things, whose
//! numbers come to exactly that. A text that three files hold counts three times, so that the written site has
//! the counts that were asked for, and not only the plan of it.

use crate::random::Random;

/// How often the things are put in another order before it is given up.
const TRIES: usize = 100;

/// The things, by index, whose weights come to `total`. Things of weight 0 are left out.
///
/// # Panics
/// When the weights cannot come to the total: the plan asks for more than the site can hold.
pub fn deal(random: &mut Random, weights: &[usize], total: usize) -> Vec<usize> {
    for _ in 0..TRIES {
        let mut rest = total;
        let mut taken = Vec::new();
        for thing in shuffled(random, weights.len()) {
            if weights[thing] > 0 && weights[thing] <= rest {
                rest -= weights[thing];
                taken.push(thing);
            }
        }
        if rest == 0 {
            return taken;
        }
    }
    panic!("invariant: {} things come to {total}", weights.len());
}

/// The numbers below `count` in a random order.
pub fn shuffled(random: &mut Random, count: usize) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    for last in (1..count).rev() {
        order.swap(last, random.below(last + 1));
    }
    order
}

/// Splits a number into parts in the proportion of the weights, none greater than its weight; the parts come to the
/// number exactly.
///
/// # Panics
/// When the weights come to less than the number.
pub fn share(total: usize, weights: &[usize]) -> Vec<usize> {
    let sum: usize = weights.iter().sum();
    assert!(sum >= total, "invariant: there is room for {total}");
    let mut parts: Vec<usize> = weights.iter().map(|w| total * w / sum).collect();
    let mut rest = total - parts.iter().sum::<usize>();
    while rest > 0 {
        for (part, weight) in parts.iter_mut().zip(weights) {
            if rest > 0 && *part < *weight {
                *part += 1;
                rest -= 1;
            }
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_dealt_comes_to_the_total() {
        let weights = [3, 1, 4, 1, 5, 9, 2, 6, 1, 0, 1];
        for total in 0..=20 {
            let dealt = deal(&mut Random::of(&[7]), &weights, total);
            assert_eq!(dealt.iter().map(|n| weights[*n]).sum::<usize>(), total);
            assert!(!dealt.contains(&9), "nothing of weight 0");
        }
    }

    #[test]
    fn parts_come_to_the_whole_and_stay_within_their_weights() {
        let weights = [5, 0, 1, 30, 2];
        let parts = share(36, &weights);
        assert_eq!(parts.iter().sum::<usize>(), 36);
        assert!(
            parts
                .iter()
                .zip(&weights)
                .all(|(part, weight)| part <= weight)
        );
    }
}
