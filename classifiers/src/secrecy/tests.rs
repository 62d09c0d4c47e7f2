use super::{bits, is_placeholder};

#[test]
fn placeholders_are_known() {
    let texts = [
        "changeme",
        "<password>",
        "${DB_PASSWORD}",
        "{{ vault_password }}",
        "xxxxxxxx",
        "********",
        "your-key-here",
        "YOUR_API_KEY",
        "None",
        "null",
        "true",
        "$PASSWORD",
        "%PASSWORD%",
        "process.env.SECRET",
        "AKIAIOSFODNN7EXAMPLE",
        "replace_me",
        "1234567890",
        "op://vault/db/password",
        "<your token>",
        "REDACTED",
        "$(cat /run/secret)",
        "{password}",
        "%s",
        "enter-password",
        "insert-your-token",
        "abcdefghijkl",
        "dummy_token_1",
        "",
        "  ",
        "arn:aws:secretsmanager:eu-west-1:1:secret:x",
    ];
    for text in texts {
        assert!(is_placeholder(text.as_bytes()), "{text}");
        assert!(bits(text.as_bytes()) <= -20.0, "{text}");
    }
}

#[test]
fn what_is_no_secret_is_negative() {
    let texts = [
        "get_password()",
        "getpass.getpass()",
        "settings.SECRET_KEY",
        "config[\"password\"]",
        "self.password",
        "user->password",
        "DATABASE_PASSWORD",
        "auth.login.password.label",
        "btn-primary-large",
        "userPasswordField",
        "password_reset_sent",
        "/etc/ssl/private/key.pem",
        "./secrets/token.txt",
        "https://accounts.internal.net/token",
        "550e8400-e29b-41d4-a716-446655440000",
        "2024-05-01T10:00:00Z",
        "1.2.3",
        "monkey",
        "secretary",
        "keyboard",
        "sunshine",
        "Enter the password",
        "forgotten",
        "String",
        "Option<String>",
        "bearer_token",
        "accessToken",
        "kubernetes.io/service-account-token",
        "max_tokens",
        "8192",
        "3600",
        "client_credentials",
        "authorization_code",
        "public-key",
        "C:\\keys\\server.pfx",
        "someone@mail.net",
        "new PasswordField()",
        "sha256",
        "passwordInput",
        "req.body.password",
        "this.state.password",
        "RSA-OAEP",
        "utf8mb4",
    ];
    let wrong: Vec<_> = texts.iter().map(|t| (t, bits(t.as_bytes()))).filter(|t| t.1 >= 0.0).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn random_values_are_positive() {
    let mut state = 42u64;
    let alphabets: [&[u8]; 4] = [
        b"0123456789abcdef",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
        b"abcdefghijklmnopqrstuvwxyz0123456789",
        b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    ];
    for alphabet in alphabets {
        for length in [16usize, 20, 32, 40, 64] {
            let mut low = 0;
            for _ in 0..500 {
                let value: Vec<u8> = (0..length).map(|_| alphabet[next(&mut state) % alphabet.len()]).collect();
                low += usize::from(bits(&value) < 2.0);
            }
            assert!(low <= 10, "{low} of 500 at length {length} over {}", alphabet.len());
        }
    }
}

#[test]
fn passwords_of_people_are_positive() {
    let texts =
        ["hunter2!X", "Tr0ub4dor&3", "P@ssw0rd1!", "Summer2024!", "k9#mVq2z", "s3cr3tPa55", "Qw3rty!9zx", "p4ssw0rd99", "M0nkey#2019", "xK8!pQ2@"];
    let wrong: Vec<_> = texts.iter().map(|t| (t, bits(t.as_bytes()))).filter(|t| t.1 <= 0.0).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

fn next(state: &mut u64) -> usize {
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    usize::try_from(*state >> 33).unwrap()
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_judged(value in proptest::collection::vec(proptest::num::u8::ANY, 0..700)) {
        let bits = bits(&value);
        proptest::prop_assert!((-20.0..=8.0).contains(&bits));
    }
}
