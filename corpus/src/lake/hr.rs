//! Personnel, equipment, payments: tables in which a column is one kind of thing.

use std::io;

use super::{Lake, Pack, prose};
use crate::{
    Prng,
    form::{Marked, Written, csv::Table, text::Encoding},
    values::{NATIONAL, contact, device, money, national},
};

fn employees(r: &mut Prng) -> Written {
    let mut t = Table::new(&["employee_no", "name", "work_email", "ssn", "date_of_birth", "iban", "department", "salary", "badge"]);
    for n in 1..=150 {
        let who = contact::name(r);
        t.rows.push(vec![
            format!("E{n:04}").into(),
            Marked::value("pii.person-name", format!("{} {}", who.0, who.1)),
            Marked::value("pii.email", contact::email_of(r, who)),
            Marked::value("gov.us.ssn", national::ssn(r)),
            Marked::value("pii.date-of-birth", contact::birth_iso(r)),
            if r.chance(60) { Marked::value("fin.iban", money::in_fours(&money::iban(r))) } else { Marked::new() },
            (*r.pick(&["Sales", "Engineering", "People", "Finance"])).into(),
            format!("{}.00", r.range(38_000, 120_000)).into(),
            r.digits(6).into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

fn payroll(r: &mut Prng) -> Written {
    let mut t = Table { delimiter: '|', ..Table::new(&["run", "payee", "routing_number", "swift_bic", "tax_itin", "amount", "comment"]) };
    for n in 1..=100 {
        let who = contact::name(r);
        t.rows.push(vec![
            format!("2025-{:02}", n % 12 + 1).into(),
            Marked::value("pii.person-name", format!("{} {}", who.0, who.1)),
            Marked::value("fin.us.aba-routing", money::aba(r)),
            Marked::value("fin.bic", money::bic(r)),
            Marked::value("gov.us.itin", national::itin(r)),
            format!("{}.{:02}", r.range(900, 9000), r.below(100)).into(),
            prose::sentence(r).into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

/// One column for each kind of national number.
fn identities(r: &mut Prng) -> Written {
    let mut header = vec!["case_no"];
    header.extend(NATIONAL.iter().map(|k| k.header));
    let mut t = Table::new(&header);
    for n in 1..=60 {
        let mut row: Vec<Marked> = vec![format!("R-{n:03}").into()];
        row.extend(NATIONAL.iter().map(|k| if r.chance(90) { Marked::value(k.tag, (k.make)(r)) } else { Marked::new() }));
        t.rows.push(row);
    }
    t.write(Encoding::Utf8)
}

fn assets(r: &mut Prng) -> Written {
    let mut t = Table::new(&["asset_tag", "kind", "mac_address", "ip_address", "imei", "vin", "firmware", "bought"]);
    for n in 1..=90 {
        let (phone, car) = (n % 3 == 0, n % 3 == 1);
        let (y, m, d) = r.date(2022, 2025);
        t.rows.push(vec![
            format!("A-{n:04}").into(),
            (if phone {
                "phone"
            } else if car {
                "van"
            } else {
                "laptop"
            })
            .into(),
            if car { Marked::new() } else { Marked::value("pii.mac-address", device::mac(r)) },
            if car { Marked::new() } else { Marked::value("pii.ip-address", device::ipv4(r)) },
            if phone { Marked::value("pii.imei", device::imei(r)) } else { Marked::new() },
            if car { Marked::value("pii.vin", device::vin(r)) } else { Marked::new() },
            format!("{}.{}.{}", r.range(1, 9), r.range(0, 20), r.range(0, 30)).into(),
            format!("{y}-{m:02}-{d:02}").into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

fn wallets(r: &mut Prng) -> Written {
    let mut t = Table::new(&["payout", "btc_address", "eth_wallet", "tx_hash", "amount"]);
    for n in 1..=40 {
        t.rows.push(vec![
            format!("P{n:03}").into(),
            Marked::value("fin.bitcoin-address", if r.chance(50) { money::bitcoin(r) } else { money::bitcoin_segwit(r) }),
            Marked::value("fin.ethereum-address", money::ethereum(r)),
            format!("0x{}", r.hex(64)).into(),
            format!("0.{}", r.digits(8)).into(),
        ]);
    }
    t.write(Encoding::Utf8)
}

/// Makes one object.
type Maker = fn(&mut Prng) -> Written;

pub(super) fn add(lake: &mut Lake) -> io::Result<()> {
    let makers: [(&str, Maker); 5] = [
        ("hr/employees.csv", employees),
        ("hr/payroll.psv", payroll),
        ("intl/identities.csv", identities),
        ("ops/assets.csv", assets),
        ("finance/wallets.csv", wallets),
    ];
    for (key, make) in makers {
        lake.add(key, make(&mut Lake::random(key)), Pack::Plain)?;
    }
    Ok(())
}
