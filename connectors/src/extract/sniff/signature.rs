//! Known beginnings of files that are no text.

/// Where, what, whether it alone is enough (else the head must not be text), and its name.
const SIGNATURES: &[(usize, &[u8], bool, &str)] = &[
    (0, b"%PDF-", true, "PDF"),
    (0, b"PK\x03\x04", true, "zip archive or office document"),
    (0, b"PK\x05\x06", true, "zip archive"),
    (0, b"PK\x07\x08", true, "zip archive"),
    (0, b"\x7fELF", true, "ELF program"),
    (0, b"MZ", false, "Windows program"),
    (0, b"\xfe\xed\xfa\xce", true, "Mach-O program"),
    (0, b"\xfe\xed\xfa\xcf", true, "Mach-O program"),
    (0, b"\xce\xfa\xed\xfe", true, "Mach-O program"),
    (0, b"\xcf\xfa\xed\xfe", true, "Mach-O program"),
    (0, b"\xca\xfe\xba\xbe", true, "Java class or Mach-O program"),
    (0, b"\0asm", true, "WebAssembly"),
    (0, b"!<arch>\n", true, "ar archive"),
    (0, b"\x89PNG\r\n\x1a\n", true, "PNG image"),
    (0, b"\xff\xd8\xff", true, "JPEG image"),
    (0, b"GIF87a", false, "GIF image"),
    (0, b"GIF89a", false, "GIF image"),
    (0, b"BM", false, "BMP image"),
    (0, b"II*\0", true, "TIFF image"),
    (0, b"MM\0*", true, "TIFF image"),
    (0, b"\0\0\x01\0", true, "icon"),
    (0, b"8BPS", false, "Photoshop image"),
    (0, b"RIFF", false, "RIFF media"),
    (4, b"ftyp", false, "MP4 or HEIC media"),
    (0, b"ID3", false, "MP3 audio"),
    (0, b"\xff\xfb", false, "MP3 audio"),
    (0, b"OggS", false, "Ogg media"),
    (0, b"fLaC", false, "FLAC audio"),
    (0, b"\x1aE\xdf\xa3", true, "Matroska media"),
    (128, b"DICM", false, "DICOM image"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", true, "OLE document"),
    (0, b"SQLite format 3\0", true, "SQLite database"),
    (0, b"Obj\x01", true, "Avro"),
    (0, b"ORC", false, "ORC"),
    (0, b"ARROW1\0\0", true, "Arrow IPC"),
    (0, b"\xff\xff\xff\xff", false, "Arrow IPC stream"),
    (0, b"FEA1", false, "Feather"),
    (0, b"\x89HDF\r\n\x1a\n", true, "HDF5"),
    (0, b"\x93NUMPY", true, "NumPy array"),
    (0, b"GGUF", false, "GGUF model"),
    (257, b"ustar", false, "tar archive"),
    (0, b"Rar!\x1a\x07", true, "RAR archive"),
    (0, b"7z\xbc\xaf\x27\x1c", true, "7z archive"),
    (0, b"BZh", false, "bzip2"),
    (0, b"\xfd7zXZ\0", true, "xz"),
    (0, b"\x04\x22\x4d\x18", true, "lz4"),
    (0, b"\xff\x06\0\0sNaPpY", true, "snappy"),
    (0, b"\x5d\0\0", true, "LZMA"),
    (0, b"\x1f\x9d", true, "compress"),
    (0, b"\x1f\x8b", true, "gzip of an unknown method"),
    (0, b"MSCF", false, "cabinet archive"),
    (0, b"\x80\x02", true, "Python pickle"),
    (0, b"\x80\x03", true, "Python pickle"),
    (0, b"\x80\x04", true, "Python pickle"),
    (0, b"\x80\x05", true, "Python pickle"),
    (0, b"wOFF", false, "font"),
    (0, b"wOF2", false, "font"),
    (0, b"\0\x01\0\0\0", true, "font"),
    (0, b"OTTO", false, "font"),
    (0, b"\xed\xab\xee\xdb", true, "RPM package"),
    (0, b"!BDN", false, "Outlook mailbox"),
    (0, b"SIMPLE  =", true, "FITS image"),
    (0, b"LUKS\xba\xbe", true, "encrypted volume"),
    (0, b"PGDMP", false, "PostgreSQL dump"),
    (0, b"\x30\x82", false, "DER"),
];

/// The kind of file that begins so; `binary`: the head is no text.
pub(super) fn find(head: &[u8], binary: bool) -> Option<&'static str> {
    let fits =
        |(at, magic, alone, _): &&(usize, &[u8], bool, &str)| (*alone || binary) && head.get(*at..).is_some_and(|rest| rest.starts_with(magic));
    SIGNATURES.iter().find(fits).map(|(_, _, _, kind)| *kind).or_else(|| tar(head).then_some("tar archive"))
}

/// A tar header has a checksum, also where it has no magic.
fn tar(head: &[u8]) -> bool {
    let Some(header) = head.get(..512) else { return false };
    let digits: String = header[148..156].iter().filter(|b| b.is_ascii_digit()).map(|b| char::from(*b)).collect();
    let Ok(expected) = u32::from_str_radix(&digits, 8) else { return false };
    let sum: u32 = header.iter().enumerate().map(|(i, b)| u32::from(if (148..156).contains(&i) { b' ' } else { *b })).sum();
    header[0] != 0 && expected == sum && header.contains(&0)
}
