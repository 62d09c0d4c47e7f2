//! What tests from outside need: the program itself, real servers, and servers that misbehave on purpose. All on free ports of 127.0.0.1, stopped when dropped.

pub mod program;
pub mod server;
