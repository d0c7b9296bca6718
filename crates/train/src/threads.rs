//! The number of threads.

/// The number of threads that a setting asks for: 0 stands for that of rayon, which is the variable
/// `RAYON_NUM_THREADS`, or without it one per core.
pub(crate) fn number_of(threads: usize) -> usize {
    if threads == 0 { rayon::current_num_threads() } else { threads }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_stands_for_the_threads_of_the_pool_in_which_it_is_asked() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(3).build().expect("threads start");
        assert_eq!(pool.install(|| (number_of(0), number_of(2), number_of(5))), (3, 2, 5));
    }
}
