//! Names of rooms, as callers have them.

use bytestring::ByteString;

use crate::id::SocketId;

/// One or more names of rooms: text, socket ids, and arrays, slices and vectors of them.
pub trait IntoRooms {
    /// Calls `each` with every name.
    fn for_each_room(&self, each: &mut dyn FnMut(&str));
}

macro_rules! one_room {
    ($($type:ty),*) => {
        $(impl IntoRooms for $type {
            fn for_each_room(&self, each: &mut dyn FnMut(&str)) {
                each(self.as_ref());
            }
        })*
    };
}

one_room!(str, String, ByteString, SocketId, std::borrow::Cow<'_, str>);

impl<T: IntoRooms + ?Sized> IntoRooms for &T {
    fn for_each_room(&self, each: &mut dyn FnMut(&str)) {
        (**self).for_each_room(each);
    }
}

macro_rules! many_rooms {
    ($([$($generics:tt)*] $type:ty),*) => {
        $(impl<$($generics)*> IntoRooms for $type {
            fn for_each_room(&self, each: &mut dyn FnMut(&str)) {
                for rooms in self.iter() {
                    rooms.for_each_room(each);
                }
            }
        })*
    };
}

many_rooms!([T: IntoRooms] [T], [T: IntoRooms] Vec<T>, [T: IntoRooms, const N: usize] [T; N]);
