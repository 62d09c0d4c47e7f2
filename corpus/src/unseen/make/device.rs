//! Machines, vehicles, networks, places on the map.

use super::makers;
use crate::{
    Prng,
    digits::with_luhn,
    unseen::{fill::fill, make::west::icao},
};

makers! { ipv4 ipv6 mac imei iccid meid vin geo cookie user_agent mrz }

/// A public address, as providers give them to households.
fn ipv4(r: &mut Prng) -> String {
    fill(r, "<31|46|62|78|79|82|86|88|90|92|94|109|145|178|185|213|24|67|71|98|108|200|187|41|103|117>.<16..250:1>.<0..255:1>.<1..254:1>")
}

fn ipv6(r: &mut Prng) -> String {
    fill(r, "<2a02|2a01|2600|2003|2001>:<h4>:<h4>:<h4>:<h4>:<h4>:<h4>:<h4>|2a0<1|2>:<h3>:<h4>::<h2>|2003:<h2>:<h4>:<h4>::1")
}

/// Prefixes of makers, three notations.
fn mac(r: &mut Prng) -> String {
    fill(
        r,
        "<00:1a:11|3c:22:fb|a4:83:e7|dc:a6:32|b8:27:eb|f4:5c:89>:<h2>:<h2>:<h2>|<00-1A-2B|3C-22-FB|A4-83-E7|F0-9F-C2>-<H2>-<H2>-<H2>|<001a|3c22|a483>.<h4>.<h4>",
    )
}

fn imei(r: &mut Prng) -> String {
    with_luhn(&fill(r, "<35|86|01><d12>"))
}

fn iccid(r: &mut Prng) -> String {
    with_luhn(&fill(r, "89<49|44|33|01|34|39|46><d14>"))
}

fn meid(r: &mut Prng) -> String {
    fill(r, "A<H13>|99000<d9>")
}

/// North American check digit in the ninth place (49 CFR 565).
fn vin(r: &mut Prng) -> String {
    const WEIGHTS: [u32; 17] = [8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2];
    let value = |c: char| match c {
        '0'..='9' => c as u32 - '0' as u32,
        'A'..='H' => c as u32 - 'A' as u32 + 1,
        'J'..='N' => c as u32 - 'J' as u32 + 1,
        'P' => 7,
        'R' => 9,
        _ => c as u32 - 'S' as u32 + 2,
    };
    let model = "<A|B|C|D|E|F|G|H|J|K|L|M|N|P|R|S|T|U|V|W|X|Y|Z|1|2|3|4|5|6|7|8|9>";
    let body = fill(r, &format!("<1FA|1GC|1N4|2HG|3FA|4T1|5NP|JTD|KMH|WBA|WDD|YV1>{}0<F|G|H|J|K|L|M|N|P|R|S>{model}<d6>", model.repeat(5)));
    let sum: u32 = body.chars().zip(WEIGHTS).map(|(c, w)| value(c) * w).sum();
    let check = if sum % 11 == 10 { 'X' } else { char::from(b'0' + (sum % 11) as u8) };
    format!("{}{check}{}", &body[..8], &body[9..])
}

fn geo(r: &mut Prng) -> String {
    fill(
        r,
        "<36..61:1>.<d5-6>, <1..24:1>.<d5-6>|<36..59:1>.<d6>,-<3..9:1>.<d6>|<25..48:1>.<d4> N, <71..120:1>.<d4> W|-<22..37:1>.<d5>, <18..31:1>.<d5>",
    )
}

fn cookie(r: &mut Prng) -> String {
    fill(r, "sessionid=<a32>; csrftoken=<n32>|JSESSIONID=<H32>; lang=en|PHPSESSID=<a26>; _ga=GA1.2.<d9>.<d10>")
}

fn user_agent(r: &mut Prng) -> String {
    fill(
        r,
        "Mozilla/5.0 (<Windows NT 10.0; Win64; x64|X11; Linux x86_64|Macintosh; Intel Mac OS X 10_15_7>) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/<118..131:1>.0.0.0 Safari/537.36|Mozilla/5.0 (iPhone; CPU iPhone OS 17_<1..6:1> like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.<1..6:1> Mobile/15E148 Safari/604.1",
    )
}

/// Two lines of forty-four characters, five check digits (ICAO 9303 part 4).
fn mrz(r: &mut Prng) -> String {
    let country = fill(r, "<D|FRA|GBR|USA|NLD|ESP|POL|SWE>");
    let name = *r.pick(&["HALVORSEN<<MARIT", "OKONKWO<<JAMES", "DUBOIS<<CLAIRE", "PETROVA<<ELENA<INES"]);
    let number = fill(r, "<A2><d7>");
    let (birth, expiry) = (fill(r, "<55..99:2><01..12:2><01..28:2>"), fill(r, "<26..34:2><01..12:2><01..28:2>"));
    let personal = "<".repeat(14);
    let first = format!("{:<<44}", format!("P<{country:<<3}{name}"));
    let checks = [icao(&number), icao(&birth), icao(&expiry)];
    let all = format!("{number}{}{birth}{}{expiry}{}{personal}0", checks[0], checks[1], checks[2]);
    let second =
        format!("{number}{}{country:<<3}{birth}{}{}{expiry}{}{personal}0{}", checks[0], checks[1], r.pick(&['F', 'M']), checks[2], icao(&all));
    format!("{first}\n{second}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strips_have_two_lines_of_forty_four() {
        let strip = mrz(&mut Prng::new(3));
        assert_eq!(strip.lines().map(str::len).collect::<Vec<_>>(), [44, 44], "{strip}");
        assert!(strip.starts_with("P<") && strip.lines().next().is_some_and(|l| l.contains("<<") && l.ends_with('<')), "{strip}");
    }
}
