//! The locks of this crate. With the feature `permuted` a test decides which thread takes one next.

#[cfg(feature = "permuted")]
pub(crate) use shuttle_parking_lot_impl::{Mutex, MutexGuard, RwLock};

#[cfg(not(feature = "permuted"))]
pub(crate) use parking_lot::{Mutex, MutexGuard, RwLock};
