//! One half of the batch per thread: each thread computes its own gradient, and then updates half
//! of the parameters with the sum of both gradients.
//!
//! The second thread spins between steps, so that it does not have to be woken; after a while it yields.

use crate::network::{Buffers, Network};
use crate::update::Update;
use gemm::Parallelism;
use std::cell::UnsafeCell;
use std::hint::spin_loop;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;
use workloads::{Batch, Training, Workload};

/// A value that one thread writes and others read, in phases separated by barriers.
struct Turns<T>(UnsafeCell<T>);

// SAFETY: the barriers separate the phases of reading and writing.
unsafe impl<T: Send> Sync for Turns<T> {}

impl<T> Turns<T> {
    fn new(value: T) -> Self {
        Self(UnsafeCell::new(value))
    }
    /// # Safety
    /// No thread writes meanwhile.
    unsafe fn read(&self) -> &T {
        // SAFETY: the caller's promise.
        unsafe { &*self.0.get() }
    }
    /// # Safety
    /// No other thread reads or writes meanwhile.
    #[allow(clippy::mut_from_ref, reason = "the caller guarantees exclusive access")]
    unsafe fn write(&self) -> &mut T {
        // SAFETY: the caller's promise.
        unsafe { &mut *self.0.get() }
    }
}

/// The data of one of the two threads.
struct Half {
    buffers: Buffers,
    gradient: Vec<f32>,
    /// The optimizer state of its half of the parameters.
    states: [Vec<f32>; 2],
    update: Update,
    loss: f32,
}

struct Shared {
    network: Network,
    batches: Vec<Batch>,
    /// The parameters in one buffer; each thread updates one half.
    parameters: Turns<Vec<f32>>,
    halves: [Turns<Half>; 2],
    /// The number of the current step; `END` stops the second thread.
    step: AtomicUsize,
    batch: AtomicUsize,
    arrivals: AtomicUsize,
}

const END: usize = usize::MAX;
/// The number of spins before yielding: about a millisecond.
const PATIENCE: usize = 20_000;

impl Shared {
    /// Waits until both threads arrived for the `count`-th time in all.
    fn meet(&self, count: usize) {
        self.arrivals.fetch_add(1, Ordering::AcqRel);
        let mut rounds = 0;
        while self.arrivals.load(Ordering::Acquire) < 2 * count {
            pause(&mut rounds);
        }
    }

    fn step(&self, id: usize, step: usize) {
        let (x, labels) = &self.batches[self.batch.load(Ordering::Relaxed)];
        let (rows, width) = (labels.len() / 2, x.len() / labels.len());
        let part = (&x[id * rows * width..][..rows * width], &labels[id * rows..][..rows]);
        {
            // SAFETY: until the barrier, no thread writes to the parameters, and each thread writes
            // to its own half.
            let (parameters, half) = unsafe { (self.parameters.read(), self.halves[id].write()) };
            let (buffers, gradient) = (&mut half.buffers, &mut half.gradient);
            half.loss = self.network.value_and_grad(parameters, part, buffers, gradient);
        }
        self.meet(2 * step - 1);
        // SAFETY: until the next barrier, the gradients are only read, and each thread writes to
        // its own states and parameters.
        unsafe {
            let all: *mut f32 = (*self.parameters.0.get()).as_mut_ptr();
            let gradients = [0, 1].map(|id| &(*self.halves[id].0.get()).gradient);
            let count = gradients[0].len();
            let range = if id == 0 { 0..count / 2 } else { count / 2..count };
            let own = std::slice::from_raw_parts_mut(all.add(range.start), range.len());
            let sums = gradients[0][range.clone()].iter().zip(&gradients[1][range]).map(|(a, b)| a + b);
            let half = self.halves[id].0.get();
            let [first, second] = &mut (*half).states;
            (*half).update.apply(own, sums, [first, second]);
            (*half).update.advance();
        }
        self.meet(2 * step);
    }

    fn work(&self) {
        let (mut last, mut rounds) = (0, 0);
        loop {
            let step = self.step.load(Ordering::Acquire);
            if step == END {
                return;
            }
            if step == last {
                pause(&mut rounds);
                continue;
            }
            (last, rounds) = (step, 0);
            self.step(1, step);
        }
    }
}

fn pause(rounds: &mut usize) {
    *rounds += 1;
    if *rounds < PATIENCE { spin_loop() } else { std::thread::yield_now() }
}

pub struct Halves {
    shared: Arc<Shared>,
    worker: Option<JoinHandle<()>>,
}

impl Halves {
    pub fn start(workload: &Workload, batches: &[Batch]) -> Self {
        let network = Network::new(workload, Parallelism::None);
        let parameters: Vec<f32> = workload.layers().into_iter().flat_map(|(w, b)| [w, b].concat()).collect();
        let count = parameters.len();
        let half = |length: usize| {
            Turns::new(Half {
                buffers: network.buffers(workload.batch / 2),
                gradient: vec![0.0; count],
                states: [vec![0.0; length], vec![0.0; length]],
                update: Update::new(workload),
                loss: f32::NAN,
            })
        };
        let halves = [half(count / 2), half(count - count / 2)];
        let shared = Arc::new(Shared {
            network,
            batches: batches.to_vec(),
            parameters: Turns::new(parameters),
            halves,
            step: AtomicUsize::new(0),
            batch: AtomicUsize::new(0),
            arrivals: AtomicUsize::new(0),
        });
        let theirs = Arc::clone(&shared);
        Self { shared, worker: Some(std::thread::spawn(move || theirs.work())) }
    }
}

impl Training for Halves {
    fn step(&mut self, batch: usize) {
        self.shared.batch.store(batch, Ordering::Relaxed);
        let step = self.shared.step.load(Ordering::Relaxed) + 1;
        self.shared.step.store(step, Ordering::Release);
        self.shared.step(0, step);
    }
    fn loss(&mut self) -> f32 {
        // SAFETY: the second thread waits for the next step.
        self.shared.halves.iter().map(|half| unsafe { half.read() }.loss).sum()
    }
}

impl Drop for Halves {
    fn drop(&mut self) {
        self.shared.step.store(END, Ordering::Release);
        if let Some(worker) = self.worker.take() {
            worker.join().expect("the second thread does not panic");
        }
    }
}
