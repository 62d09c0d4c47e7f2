//! The rules that come with Sonde: one file a family, in `classifiers/rules/`.

macro_rules! files {
    ($($name:literal)*) => { &[$(($name, include_str!(concat!("../rules/", $name))),)*] };
}

/// Name and text of each file.
pub(crate) const FILES: &[(&str, &str)] = files! {
    "fin-account.toml"
    "fin-security.toml"
    "gov-asia.toml"
    "gov-britain-ireland.toml"
    "gov-eastern-europe.toml"
    "gov-latin-america.toml"
    "gov-north-america.toml"
    "gov-northern-europe.toml"
    "gov-pacific-africa.toml"
    "gov-southern-europe.toml"
    "gov-western-europe.toml"
    "pci-card.toml"
    "phi-europe.toml"
    "phi-pacific.toml"
    "phi-us.toml"
    "pii-contact.toml"
    "pii-device.toml"
    "pii-person.toml"
    "secret-ai.toml"
    "secret-assignment.toml"
    "secret-business.toml"
    "secret-cloud.toml"
    "secret-code.toml"
    "secret-devtools.toml"
    "secret-keys.toml"
    "secret-longtail-a-l.toml"
    "secret-longtail-m-z.toml"
    "secret-messaging.toml"
    "secret-platform.toml"
    "secret-worktools.toml"
};

#[cfg(test)]
mod tests {
    use super::FILES;

    #[test]
    fn every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/rules");
        let mut there: Vec<String> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        there.sort();
        assert_eq!(FILES.iter().map(|f| f.0).collect::<Vec<_>>(), there);
    }
}
