//! Local files and folders.
