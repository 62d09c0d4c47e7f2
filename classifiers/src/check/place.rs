//! Where people live and what they drive: postcodes and number plates; where on the globe they are.

use super::digits::number;

/// Checks of this file.
pub(super) const TABLE: &[super::Row] = &[
    ("gb-postcode", gb_postcode, 3.0, false),
    ("gb-plate", gb_plate, 1.5, false),
    ("ie-eircode", eircode, 6.0, false),
    ("de-plz", plz, 0.1, false),
    ("de-plate", de_plate, 3.0, true),
    ("coordinates", coordinates, 0.5, true),
];

/// Postcode areas, two letters each; those of one letter end with a space.
const AREAS: &[u8] =
    b"ABALB BABBBDBHBLBNBRBSBTCACBCFCHCMCOCRCTCVCWDADDDEDGDHDLDNDTDYE ECEHENEXFKFYG GLGUGYHAHDHGHPHRHSHUHXIGIMIPIVJEKAKTKWKYL LALDLELLLNLSLUM MEMKML\
N NENGNNNPNRNWOLOXPAPEPHPLPOPRRGRHRMS SASESGSKSLSMSNSOSPSRSSSTSWSYTATDTFTNTQTRTSTWUBW WAWCWDWFWNWRWSWVYOZE";

/// United Kingdom and the islands of the Crown: area, district, sector, and two letters that are none of C, I, K, M, O, V.
fn gb_postcode(value: &[u8]) -> bool {
    let Some((outward, [sector, unit @ ..])) = value.len().checked_sub(3).and_then(|at| value.split_at_checked(at)) else { return false };
    let letters = outward.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let (area, district) = outward.split_at(letters);
    let known = match area {
        [a] => AREAS.chunks_exact(2).any(|c| c == [*a, b' ']),
        [_, _] => AREAS.chunks_exact(2).any(|c| c == area),
        _ => false,
    };
    // A letter behind the district: the middle of London, where they ran out.
    let numbered = match district {
        [a] => a.is_ascii_digit(),
        [a, b] if b.is_ascii_digit() => (b'1'..=b'9').contains(a),
        [a, b] if area.len() == 1 => (b'1'..=b'9').contains(a) && b"ABCDEFGHJKPSTUW".contains(b),
        [a, b] => (b'1'..=b'9').contains(a) && b"ABEHMNPRVWXY".contains(b),
        _ => false,
    };
    known && numbered && sector.is_ascii_digit() && unit.iter().all(|b| b.is_ascii_uppercase() && !b"CIKMOV".contains(b))
}

/// United Kingdom, plates: two letters, half-year of the first registration, three letters; from 1983 to 2001 a letter of the year first, before that last;
/// Northern Ireland: letters among which is an I or a Z, then digits.
fn gb_plate(value: &[u8]) -> bool {
    let letter = |b: &u8| b.is_ascii_uppercase();
    let usual = |b: &u8| letter(b) && !b"IQ".contains(b);
    let first = value.iter().take_while(|b| letter(b)).count();
    let digits = value[first..].iter().take_while(|b| b.is_ascii_digit()).count();
    let (head, rest) = value.split_at(first);
    let (middle, tail) = rest.split_at(digits);
    let n = number(middle).unwrap_or(0);
    match (head.len(), middle.len(), tail.len()) {
        (2, 2, 3) => usual(&head[0]) && usual(&head[1]) && head[0] != b'Z' && matches!(n, 2..=29 | 51..=79) && tail.iter().all(usual),
        (1, 1..=3, 3) => !b"IOUZ".contains(&head[0]) && middle[0] != b'0' && tail.iter().all(usual),
        (3, 1..=3, 1) => head.iter().all(usual) && middle[0] != b'0' && !b"IOQUZ".contains(&tail[0]) && usual(&tail[0]),
        (2 | 3, 1..=4, 0) => head[1..].iter().any(|b| b"IZ".contains(b)) && middle[0] != b'0',
        _ => false,
    }
}

/// Routing keys of Eircodes: the letter, then its numbers; `D6W` besides.
const ROUTING: &[(u8, &[u8])] = &[
    (b'A', &[41, 42, 45, 63, 67, 75, 81, 82, 83, 84, 85, 86, 91, 92, 94, 96, 98]),
    (b'C', &[15]),
    (b'D', &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 22, 24]),
    (b'E', &[21, 25, 32, 34, 41, 45, 53, 91]),
    (b'F', &[12, 23, 26, 28, 31, 35, 42, 45, 52, 56, 91, 92, 93, 94]),
    (b'H', &[12, 14, 16, 18, 23, 53, 54, 62, 65, 71, 91]),
    (b'K', &[32, 34, 36, 45, 56, 67, 78]),
    (b'N', &[37, 39, 41, 91]),
    (b'P', &[12, 14, 17, 24, 25, 31, 32, 36, 43, 47, 51, 56, 61, 67, 72, 75, 81, 85]),
    (b'R', &[14, 21, 32, 35, 42, 45, 51, 56, 93, 95]),
    (b'T', &[12, 23, 34, 45, 56]),
    (b'V', &[14, 15, 23, 31, 35, 42, 92, 93, 94, 95]),
    (b'W', &[12, 23, 34, 91]),
    (b'X', &[35, 42, 91]),
    (b'Y', &[14, 21, 25, 34, 35]),
];

/// Ireland: a routing key and four characters of a set that cannot be misread.
fn eircode(value: &[u8]) -> bool {
    let Some((key, unit)) = value.split_at_checked(3).filter(|_| value.len() == 7) else { return false };
    let routed =
        key == b"D6W" || number(&key[1..]).is_some_and(|n| ROUTING.iter().any(|(l, all)| *l == key[0] && all.iter().any(|k| u64::from(*k) == n)));
    routed && unit.iter().all(|b| b.is_ascii_digit() || b"ACDEFHKNPRTVWXY".contains(b)) && unit.iter().any(u8::is_ascii_uppercase)
}

/// Germany: 01001 to 99998.
fn plz(value: &[u8]) -> bool {
    number(value).is_some_and(|n| value.len() == 5 && (1001..=99998).contains(&n))
}

/// Districts of German plates, as the Federal Motor Transport Authority publishes them, those still on the road among them.
const DISTRICTS: &str = "\
A AA AB ABG ABI AC AE AH AIB AIC AK ALF ALZ AM AN ANA ANG ANK AP APD AR ARN ART AS ASL ASZ AT AU AUR AW AZ AZE AÖ B BA BAD BAR BB BBG BC BCH BD BE BED BER BF BGD BGL BH BI \
BID BIN BIR BIT BIW BK BKS BL BLB BLK BM BN BNA BO BOG BOH BOR BOT BRA BRB BRG BRK BRL BRV BS BSB BT BTF BUL BW BWL BYL BZ BZA BÖ BÜD BÜR BÜS BÜZ C CA CAS CB CE CHA CLP CLZ CO \
COC COE CR CUX CW D DA DAH DAN DAU DB DBR DD DE DEG DEL DGF DH DI DIL DIN DIZ DKB DL DLG DM DN DO DON DS DU DUD DÜW DW DZ E EA EB EBE EBN EBS ECK ED EE EF EG EH EI EIC EIL EIN EIS EL \
EM EMD EMS EN ER ERB ERH ERK ERZ ES ESB ESW EU EW F FB FD FDB FDS FEU FF FFB FG FH FI FKB FL FLÖ FN FO FOR FR FRG FRI FRW FS FT FTL FW FZ FÜ FÜS G GA GAN GAP GC GD GDB GE GEL GEM GEO GER \
GF GG GHA GHC GI GK GL GLA GM GMN GN GNT GOA GOH GP GR GRA GRH GRI GRM GRS GRZ GS GT GTH GUB GUN GV GVM GW GZ GÖ GÜ H HA HAB HAL HAM HAS HB HBN HBS HC HCH HD HDH HDL HE HEB HEF HEI HEL \
HER HET HF HG HGN HGW HH HHM HI HIG HIP HK HL HM HMÜ HN HO HOG HOH HOL HOM HOR HOT HP HR HRO HS HSK HST HU HUS HV HVL HWI HX HY HZ HÖS IGB IK IL ILL IN IS IZ J JE JEV JL JÜL K KA KB KC KE \
KEH KEL KEM KF KG KH KI KIB KK KL KLE KLZ KM KN KO KR KRU KS KT KU KUS KW KY KYF KÖN KÖT KÖZ KÜN L LA LAN LAT LAU LB LBS LBZ LC LD LDK LDS LEO LER LEV LF LG LH LI LIB LIF LIN LIP LL LM LN \
LOS LP LR LRO LSA LSN LSZ LU LUK LUN LUP LWL LÖ LÖB LÜN M MA MAB MAI MAK MAL MAR MB MC MD ME MED MEG MEI MEK MEL MER MES MET MG MGH MGN MH MHL MI MIL MK MKK ML MM MN MO MOD MOL MON MOS MQ MR \
MS MSE MSH MSP MST MTK MTL MW MY MYK MZ MZG MÜ MÜB MÜL MÜN MÜR N NAB NAI NAU NB ND NDH NE NEA NEB NEC NEN NES NEW NF NH NI NK NL NM NMB NMS NOH NOL NOM NOR NOZ NP NR NRW NT NU NVP NW NWM NY \
NZ NÖ OA OAL OB OBB OBG OC OCH OD OE OF OG OH OHA OHV OHZ OK OL OP OPR OR OS OSL OTW OVI OVL OVP OZ P PA PAF PAN PAR PB PCH PE PEG PER PF PI PIR PK PL PLÖ PM PN PR PRÜ PS PW PZ QFT QLB R RA RC \
RD RDG RE REG REH REI RG RH RI RID RIE RIN RL RM RN RO ROD ROF ROH ROK ROL ROS ROT ROW RP RPL RS RSL RT RU RV RW RZ RÖ RÜD RÜG S SAB SAD SAL SAN SAW SB SBG SBK SC SCZ SDH SDL SDT SE SEB SEE \
SEF SEL SF SFA SFB SFT SG SGH SH SHA SHG SHK SHL SI SIG SIM SK SL SLE SLF SLK SLN SLS SLZ SLÜ SM SMÜ SN SNH SO SOB SOG SOK SON SP SPB SPN SR SRB SRO ST STA STB STD STE STH STL STO STZ SU SUL SW \
SWA SY SZ SZB SÄK SÖM SÜW TBB TDO TE TET TF TG THL THW TIR TO TP TR TS TT TUT TÖL TÖN TÜ UE UEM UER UFF UH UL UM UN USI V VAI VB VEC VER VG VIB VIE VIT VK VOF VOH VR VS W WA WAF WAK WAN WAR WAT \
WB WBS WD WDA WE WEB WEG WEL WEM WEN WER WES WF WG WHV WI WIL WIS WIT WIV WIZ WK WL WLG WM WMS WN WND WO WOB WOH WOL WOR WOS WR WRN WS WSF WST WSW WT WTL WTM WUG WUN WUR WW WZ WZL WÜ WÜM X Y Z ZE ZEL \
ZI ZIG ZP ZR ZS ZW ZZ";

/// Germany, plates: district, one or two letters, up to four digits, E for electric or H for old cars.
fn de_plate(value: &[u8]) -> bool {
    let Some(at) = value.iter().position(|b| matches!(b, b' ' | b'-')) else { return false };
    let (district, rest) = value.split_at(at);
    let known = DISTRICTS.split(' ').any(|d| d.as_bytes() == district);
    let rest = rest[1..].strip_suffix(b"E").or_else(|| rest[1..].strip_suffix(b"H")).unwrap_or(&rest[1..]);
    let letters = rest.iter().take_while(|b| b.is_ascii_uppercase()).count();
    let tail = &rest[letters..];
    let digits = tail.strip_prefix(b" ").or_else(|| tail.strip_prefix(b"-")).unwrap_or(tail);
    // `DIN EN 1846`, `DIN A4`.
    let standard = district == b"DIN" && matches!(&rest[..letters], b"A" | b"EN" | b"IS");
    known && !standard && matches!(letters, 1 | 2) && (1..=4).contains(&digits.len()) && digits[0] != b'0' && digits.iter().all(u8::is_ascii_digit)
}

/// A latitude or longitude, or both in either order, in decimal degrees or in degrees, minutes and seconds. Zeros are a place nobody is at.
fn coordinates(value: &[u8]) -> bool {
    let mut parts = [0.0f64; 7];
    let mut count = 0;
    for part in value.split(|b| !b.is_ascii_digit() && *b != b'.' && *b != b'-').filter(|part| part.iter().any(u8::is_ascii_digit)) {
        let (Some(place), Ok(text)) = (parts.get_mut(count), std::str::from_utf8(part)) else { return false };
        let Ok(n) = text.parse::<f64>() else { return false };
        (*place, count) = (n.abs(), count + 1);
    }
    let [a, b, c, d, ..] = parts;
    if value.contains(&0xB0) {
        let whole = |minutes: f64, seconds: f64| minutes < 60.0 && seconds < 60.0;
        return match count {
            2 | 3 => a <= 180.0 && whole(b, c),
            4 => a <= 90.0 && whole(b, 0.0) && c <= 180.0 && whole(d, 0.0),
            6 => a <= 90.0 && whole(b, c) && d <= 180.0 && whole(parts[4], parts[5]),
            _ => false,
        };
    }
    match count {
        1 => a > 0.0 && a <= 180.0,
        2 => a <= 180.0 && b <= 180.0 && (a <= 90.0 || b <= 90.0) && a + b > 0.0,
        _ => false,
    }
}
