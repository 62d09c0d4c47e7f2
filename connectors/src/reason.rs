//! Why something was not read, or only partly: one vocabulary for every source (the first block is Amazon Macie's own).

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::ErrorKind;

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $error:literal;)*) => {
        /// Reason of a coverage record.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub enum Reason { $($(#[$doc])* #[serde(rename = $text)] $name,)* }
        impl Reason {
            /// Every reason.
            pub const ALL: &'static [Reason] = &[$(Reason::$name,)*];
            /// As printed and stored.
            #[must_use]
            pub fn as_str(self) -> &'static str { match self { $(Reason::$name => $text,)* } }
            /// Whether it counts as an error for `--strict` (not for what was left out by choice).
            #[must_use]
            pub fn is_error(self) -> bool { match self { $(Reason::$name => $error,)* } }
        }
    };
}

reasons! {
    /// An archive holds files that were not read.
    ArchiveContainsUnprocessedFiles = "ARCHIVE_CONTAINS_UNPROCESSED_FILES", true;
    /// Archive larger than the limit.
    ArchiveExceedsSizeLimit = "ARCHIVE_EXCEEDS_SIZE_LIMIT", true;
    /// Archives in archives beyond the limit.
    ArchiveNestingLevelOverLimit = "ARCHIVE_NESTING_LEVEL_OVER_LIMIT", true;
    /// Output of an archive beyond the limit.
    ArchiveTotalBytesExtractedOverLimit = "ARCHIVE_TOTAL_BYTES_EXTRACTED_OVER_LIMIT", true;
    /// Members of an archive beyond the limit.
    ArchiveTotalDocumentsProcessedOverLimit = "ARCHIVE_TOTAL_DOCUMENTS_PROCESSED_OVER_LIMIT", true;
    /// Object larger than the limit set.
    FileExceedsSizeLimit = "FILE_EXCEEDS_SIZE_LIMIT", true;
    /// Encrypted in a way that cannot be read.
    InvalidEncryption = "INVALID_ENCRYPTION", true;
    /// Its KMS key is not usable.
    InvalidKmsKey = "INVALID_KMS_KEY", true;
    /// Archived storage class.
    InvalidObjectState = "INVALID_OBJECT_STATE", true;
    /// JSON deeper than the limit.
    JsonNestingLevelOverLimit = "JSON_NESTING_LEVEL_OVER_LIMIT", true;
    /// The file is broken.
    MalformedFile = "MALFORMED_FILE", true;
    /// Broken or too large.
    MalformedOrFileSizeExceedsLimit = "MALFORMED_OR_FILE_SIZE_EXCEEDS_LIMIT", true;
    /// The bucket is not there.
    NoSuchBucketAvailable = "NO_SUCH_BUCKET_AVAILABLE", true;
    /// Changed while being read.
    ObjectVersionMismatch = "OBJECT_VERSION_MISMATCH", true;
    /// Office file that inflates too much.
    OoxmlUncompressedRatioExceedsLimit = "OOXML_UNCOMPRESSED_RATIO_EXCEEDS_LIMIT", true;
    /// Office file that inflates too far.
    OoxmlUncompressedSizeExceedsLimit = "OOXML_UNCOMPRESSED_SIZE_EXCEEDS_LIMIT", true;
    /// Access denied.
    PermissionDenied = "PERMISSION_DENIED", true;
    /// Deleted since it was listed.
    SourceObjectNoLongerAvailable = "SOURCE_OBJECT_NO_LONGER_AVAILABLE", true;
    /// Time limit.
    TimeCutOffReached = "TIME_CUT_OFF_REACHED", true;
    /// The parser gave up.
    UnableToParseFile = "UNABLE_TO_PARSE_FILE", true;
    /// A kind of file that is not read.
    UnsupportedFileType = "UNSUPPORTED_FILE_TYPE", false;
    /// Same version under the same rules.
    Unchanged = "UNCHANGED", false;
    /// Left out by the sample.
    SampledOut = "SAMPLED_OUT", false;
    /// Row limit of the sample.
    RowLimit = "ROW_LIMIT", false;
    /// Budget used up.
    BudgetExhausted = "BUDGET_EXHAUSTED", true;
    /// Archive with a password.
    EncryptedArchive = "ENCRYPTED_ARCHIVE", true;
    /// Inflates suspiciously.
    DecompressionRatio = "DECOMPRESSION_RATIO", true;
    /// Time or memory limit of the parser's process.
    ParserKilled = "PARSER_KILLED", true;
    /// Failed the most times allowed.
    Quarantined = "QUARANTINED", true;
    /// The job's own filter.
    Excluded = "EXCLUDED", false;
    /// The source did not answer.
    Unreachable = "UNREACHABLE", true;
    /// The source asked for fewer requests, too often.
    Throttled = "THROTTLED", true;
    /// The run was stopped.
    Interrupted = "INTERRUPTED", true;
    /// File with a password.
    EncryptedFile = "ENCRYPTED_FILE", true;
    /// One field larger than the limit.
    FieldExceedsLimit = "FIELD_EXCEEDS_LIMIT", true;
    /// A symbolic link that is not followed.
    Symlink = "SYMLINK", false;
    /// A device, socket or pipe.
    SpecialFile = "SPECIAL_FILE", false;
}

impl Reason {
    /// The reason of an object whose reading ended with an error of this kind.
    #[must_use]
    pub fn of(kind: ErrorKind) -> Self {
        match kind {
            ErrorKind::NotFound => Self::SourceObjectNoLongerAvailable,
            ErrorKind::Denied => Self::PermissionDenied,
            ErrorKind::Throttled => Self::Throttled,
            ErrorKind::Transient | ErrorKind::Config => Self::Unreachable,
            ErrorKind::Changed => Self::ObjectVersionMismatch,
            ErrorKind::Unsupported => Self::InvalidObjectState,
            ErrorKind::Corrupt => Self::MalformedFile,
            ErrorKind::Limit => Self::FileExceedsSizeLimit,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
