//! Where tokio and rayon meet: fetching waits, classifying computes, and neither does the other's work.

use std::{
    fmt,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
};

use anyhow::{Context, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// The threads that classify.
#[derive(Clone)]
pub struct CpuPool(Arc<rayon::ThreadPool>);

impl CpuPool {
    /// A pool of `threads`.
    ///
    /// # Errors
    /// When threads cannot be started.
    pub fn new(threads: usize) -> Result<Self> {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).thread_name(|i| format!("classify-{i}")).build();
        Ok(Self(Arc::new(pool.context("cannot start threads")?)))
    }

    /// Runs `work` on the pool and waits for it without blocking a thread. `None`: it panicked.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
        let (send, receive) = oneshot::channel();
        self.0.spawn(move || {
            // A parser's panic is that object's coverage reason, not the end of the run.
            let _ = send.send(catch_unwind(AssertUnwindSafe(work)).ok());
        });
        receive.await.ok().flatten()
    }
}

impl fmt::Debug for CpuPool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CpuPool({} threads)", self.0.current_num_threads())
    }
}

/// The one budget of bytes in flight.
#[derive(Clone, Debug)]
pub struct Budget {
    permits: Arc<Semaphore>,
    all: u32,
}

/// Decoded columns, transcoded text and the engine's windows stand beside the fetched bytes.
const COPIES: u64 = 3;
const UNIT: u64 = 1024;

impl Budget {
    /// A budget of `bytes`.
    #[must_use]
    pub fn new(bytes: u64) -> Self {
        let all = u32::try_from(bytes / UNIT).unwrap_or(u32::MAX).max(1).min(Semaphore::MAX_PERMITS.min(u32::MAX as usize) as u32);
        Self { permits: Arc::new(Semaphore::new(all as usize)), all }
    }

    /// Waits until `bytes` more may be fetched. What is larger than the whole budget waits until nothing else is in flight.
    pub async fn take(&self, bytes: u64) -> OwnedSemaphorePermit {
        let permits = Arc::clone(&self.permits).acquire_many_owned(self.units(bytes)).await;
        permits.unwrap_or_else(|_| unreachable!("the semaphore is never closed"))
    }

    /// The same without waiting, for what is fetched ahead.
    #[must_use]
    pub fn try_take(&self, bytes: u64) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.permits).try_acquire_many_owned(self.units(bytes)).ok()
    }

    fn units(&self, bytes: u64) -> u32 {
        u32::try_from((bytes.saturating_mul(COPIES)).div_ceil(UNIT)).unwrap_or(u32::MAX).clamp(1, self.all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_an_answer() {
        let pool = CpuPool::new(1).unwrap();
        assert_eq!(pool.run(|| 7).await, Some(7));
        assert_eq!(pool.run(|| -> u8 { panic!("parser") }).await, None);
        assert_eq!(pool.run(|| 8).await, Some(8));
    }

    #[tokio::test]
    async fn larger_than_all_takes_all() {
        let budget = Budget::new(3 << 20);
        let all = budget.take(1 << 30).await;
        assert!(budget.try_take(1).is_none());
        drop(all);
        let some = budget.take(512 << 10).await;
        assert!(budget.try_take(512 << 10).is_some());
        drop(some);
    }
}
