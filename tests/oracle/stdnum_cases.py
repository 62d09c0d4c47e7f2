#!/usr/bin/env python3
"""Prints cases for the checks of the classifiers, one JSON object a line: {"check", "value", "valid"}.

The verdict is that of python-stdnum (`pip install python-stdnum==2.2`); values are made at random from a seed and belong to nobody:
shaped values, of which chance lets some pass; values whose last characters were searched until they pass; and those with one character changed
or two neighbours swapped. The first line names the version and the seed.

    python3 tests/oracle/stdnum_cases.py > corpus/cases/stdnum.jsonl
"""
import importlib
import json
import random
import sys

import stdnum
import stdnum.exceptions

SEED = 20260101
D, L = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
NORMAL = 12  # valid values wanted of each check

# check, module of stdnum, templates: 9 digit, A letter, X either, H hexadecimal, C consonant, [..] one of these, {n} n times, P the ten digits of a German tax number,
# Y y m d a year, its last two digits, a month, a day; others as they are. A fourth entry: True where what is checked does not
# stand at the end, or what the module is to be told.
KINDS = [
    ("luhn", "luhn", ["9{9}", "9{16}"]),
    ("isin", "isin", ["US9{10}", "DE0009{7}", "[X]SX{9}9", "FRX{9}9"]),
    ("lei", "lei", ["X{18}99"]),
    ("cusip", "cusip", ["9{3}X{5}9", "9{9}"]),
    ("imei", "imei", ["359{13}"]),
    ("aba", "us.rtn", ["0[1-9]9{7}", "2[1-9]9{7}", "3[0-2]9{7}"]),
    ("us-ssn", "us.ssn", ["[0-8]9{8}", "6669{6}", "[9]9{8}"]),
    ("us-itin", "us.itin", ["[9]9{2}[78]9{5}"]),
    ("us-ein", "us.ein", ["9{9}"]),
    ("ca-sin", "ca.sin", ["[1234567]9{8}"]),
    ("gb-nhs", "gb.nhs", ["[1-9]9{9}"]),
    ("gb-utr", "gb.utr", ["9{10}"]),
    ("gb-vat", "gb.vat", ["9{9}", "9{12}", "GD9{3}", "[H][A]9{3}"]),
    ("ie-ppsn", "ie.pps", ["9{7}A", "9{7}A[ABCDEFGHIW]"]),
    ("fr-nir", "fr.nir", ["[12]ym[1-8]9{7}99", "1ym2[A]9{6}99", "2ym2[B]9{6}99"]),
    ("fr-siren", "fr.siren", ["9{9}"]),
    ("fr-siret", "fr.siret", ["9{14}", "7328293209{5}", "3560000009{5}"]),
    ("fr-spi", "fr.nif", ["[0-3]9{12}"]),
    ("fr-tva", "fr.tva", ["FR9{2}732829320", "FR9{2}552100554", "FR9{11}"]),
    ("be-national-number", "be.nn", ["ymd9{5}"]),
    ("be-vat", "be.vat", ["0[2-9]9{8}"]),
    ("de-tax-id", "de.idnr", ["P9"]),
    ("de-vat", "de.vat", ["[1-9]9{8}"]),
    ("at-svnr", "at.vnr", ["[1-9]9{3}dmy"]),
    ("ch-ahv", "ch.ssn", ["7569{10}"]),
    ("ch-uid", "ch.uid", ["[C][H]E9{9}"]),
    ("nl-bsn", "nl.bsn", ["9{9}"]),
    ("nl-btw", "nl.btw", ["9{9}B99"]),
    ("es-dni", "es.dni", ["9{8}A"]),
    ("es-nie", "es.nie", ["[XYZ]9{7}A"]),
    ("es-cif", "es.cif", ["[ABEH]9{8}", "[NPQRSW]9{7}[ABCDEFGHIJ]", "[CDFGJUV]9{8}"]),
    ("pt-nif", "pt.nif", ["[1235689]9{8}"]),
    ("pt-cc", "pt.cc", ["9{9}X{2}9"]),
    ("br-cpf", "br.cpf", ["9{11}"]),
    ("br-cnpj", "br.cnpj", ["9{14}", "X{12}99"]),
    ("ar-cuit", "ar.cuit", ["209{9}", "[23][0347]9{9}"]),
    ("cl-rut", "cl.rut", ["[1-9]9{7}[0123456789K]", "[1-9]9{6}[0123456789K]"]),
    ("mx-curp", "mx.curp", ["A{4}ymd[HM][BD][CF]C{3}99"]),
    ("it-codice-fiscale", "it.codicefiscale", ["A{6}99[ABCDEHLMPRST][012]9[A]9{3}A", "A{6}9[LMNPQRSTUV][ABCDEHLMPRST][456]9[ABCDEFGHIJKLMZ]9[LMNPQRSTUV]9A"]),
    ("it-partita-iva", "it.iva", ["9{7}0[0-9]99"]),
    ("se-personnummer", "se.personnummer", ["ymd9{4}", "1[9]ymd9{4}"]),
    ("se-orgnr", "se.orgnr", ["5[5-9][2-9]9{7}"]),
    ("no-fodselsnummer", "no.fodselsnummer", ["dmy[0-4]9{4}"]),
    ("no-orgnr", "no.orgnr", ["[89]9{8}"]),
    ("fi-hetu", "fi.hetu", ["dmy-[0-8]9{2}X", "dmy[A][0-8]9{2}X", "dmy[Y][0-8]9{2}X"]),
    ("fi-ytunnus", "fi.ytunnus", ["9{8}"]),
    ("pl-pesel", "pl.pesel", ["ymd9{5}"]),
    ("pl-nip", "pl.nip", ["[1-9]9{9}"]),
    ("pl-regon", "pl.regon", ["9{9}", "1234567859{5}"]),
    ("cz-rodne-cislo", "cz.rc", ["ymd9{4}"]),
    ("ro-cnp", "ro.cnp", ["[12]ymd0[1-9]9{4}"]),
    ("bg-egn", "bg.egn", ["ymd9{4}"]),
    ("hr-oib", "hr.oib", ["9{11}"]),
    ("ee-isikukood", "ee.ik", ["[3-4]ymd9{4}"]),
    ("lt-asmens-kodas", "lt.asmens", ["[3-4]ymd9{4}"]),
    ("gr-amka", "gr.amka", ["dmy9{5}"]),
    ("gr-afm", "gr.vat", ["9{9}"]),
    ("ua-rntrc", "ua.rntrc", ["9{10}"]),
    ("ru-inn", "ru.inn", ["9{10}", "9{12}"]),
    ("in-aadhaar", "in_.aadhaar", ["[2-9]9{11}"]),
    ("in-pan", "in_.pan", ["A{3}[ABCFGHLJPTK]A9{4}A", "A{5}9{4}A"]),
    ("in-gstin", "in_.gstin", ["[0-3]9A{3}[PCF]A9{4}A1ZX"]),
    ("au-tfn", "au.tfn", ["9{9}"]),
    ("au-abn", "au.abn", ["[1-9]9{10}"]),
    ("au-acn", "au.acn", ["9{9}"]),
    ("nz-ird", "nz.ird", ["[1-9]9{7}", "1[0-4]9{7}"]),
    ("cn-resident-id", "cn.ric", ["110101Ymd9{3}[0123456789X]", "310101Ymd9{3}[0123456789X]"]),
    ("cn-uscc", "cn.uscc", ["[9]1[1-5][0-4]9{4}[0123456789ABCDEFGH]{9}X"]),
    ("jp-my-number", "jp.in_", ["9{12}"]),
    ("ca-bn", "ca.bn", ["[1-9]9{8}", "[1-9]9{8}RT0001"], True),
    ("ca-bc-phn", "ca.bc_phn", ["[9]9{9}"]),
    ("ar-dni", "ar.dni", ["[1-6]9{7}", "[1-9]9{6}", "9{9}"]),
    ("co-nit", "co.nit", ["[89]9{9}", "[1-9]9{8}"]),
    ("mx-rfc-form", "mx.rfc", ["A{4}ymdX{2}[0-9]", "A{3}ymdX{2}[0-9]"]),
    ("mx-rfc", "mx.rfc", ["A{4}ymdX{2}9", "A{3}ymdX{2}9"], {"validate_check_digits": True}),
    ("pe-cui", "pe.cui", ["9{9}", "9{8}[ABCDEFGHIJK]"]),
    ("pe-ruc", "pe.ruc", ["20[1-6]9{8}", "10[1-9]9{8}"]),
    ("uy-rut", "uy.rut", ["2[1]9{6}0019", "1[0-9]9{6}0019"]),
    ("ve-rif", "ve.rif", ["[VEJPG]9{9}"]),
    ("py-ruc", "py.ruc", ["[8]09{7}", "[1-9]9{6}"]),
    ("ec-ci", "ec.ci", ["[01]9[0-5]9{7}"]),
    ("ec-ruc", "ec.ruc", ["[01]9[0-5]9{7}001", "[1]7[9]9{7}001", "[1]7[6]9{6}0001"], True),
    ("do-cedula", "do.cedula", ["9{11}"]),
    ("do-rnc", "do.rnc", ["[14]9{8}"]),
    ("gt-nit", "gt.nit", ["[1-9]9{7}", "[1-9]9{6}K"]),
    ("sv-nit", "sv.nit", ["[0]6[1]4dmy1[0-9]{2}9", "[0]6[1]4dmy0[0-9]{2}9"]),
    ("cu-ni", "cu.ni", ["ymd9{5}"]),
    ("isbn", "isbn", ["9789{10}", "9799{10}", "9{10}", "9{9}X"]),
    ("gtin", "ean", ["9{8}", "9{12}", "9{13}", "9{14}"]),
    ("imsi", "imsi", ["26201[0-9]9{9}", "310410[0-9]9{8}", "[123456789]9{14}"]),
    ("in-vid", "in_.vid", ["[2-9]9{15}"]),
    ("in-epic", "in_.epic", ["A{3}9{7}"]),
    ("pk-cnic", "pk.cnic", ["[1-9]9{12}"]),
    ("tw-ubn", "tw.ubn", ["9{8}", "9{6}7[0-9]"]),
    ("sg-uen", "sg.uen", ["[45]9{7}A", "200[0-9]9{5}A", "T09LL9{4}X", "S8[0-9]SS9{4}X"]),
    ("id-nik", "id.nik", ["317101dmy9{4}", "327501[4-6]9my9{4}"]),
    ("id-npwp", "id.npwp", ["9{15}"], True),
    ("vn-mst", "vn.mst", ["0[0-3]9{8}", "0[0-3]9{8}001"], True),
    ("az-voen", "az.voen", ["[1-9]9{8}[12]"]),
    ("ma-ice", "ma.ice", ["009{13}", "9{15}"]),
    ("tn-mf", "tn.mf", ["9{7}A", "9{7}A[ABDNP][CMNP]000"]),
    ("za-tax", "za.tin", ["[01239]9{9}", "9{10}"]),
    ("gh-tin", "gh.tin", ["[PCGQV]009{7}[0123456789X]"]),
    ("mu-nid", "mu.nid", ["Admy9{6}X"]),
    ("mz-nuit", "mz.nuit", ["[14]9{8}"]),
    ("sn-ninea", "sn.ninea", ["9{7}", "[0]9{8}", "[0]9{8}[0-2]A9"], True),
    ("gn-nif", "gn.nifp", ["[1-9]9{8}"]),
    ("jp-corporate-number", "jp.cn", ["[1-9]9{12}"]),
    ("kr-rrn", "kr.rrn", ["ymd[12]9{6}"]),
    ("jp-corporate-number", "jp.cn", ["[1-9]9{12}"]),
    ("kr-rrn", "kr.rrn", ["ymd[12]9{6}"]),
    ("th-national-id", "th.pin", ["[1-8]9{12}"]),
    ("tr-tckn", "tr.tckimlik", ["[1-9]9{10}"]),
    ("il-id", "il.idnr", ["9{9}"]),
    ("za-id", "za.idnr", ["ymd9{4}[01]89"]),
    ("es-ccc", "es.ccc", ["9{20}"], True),
    ("no-account", "no.kontonr", ["[1-9]9{10}"]),
    ("cz-account", "cz.bankaccount", ["9{2}-29{9}/0800", "9{6}/0100", "9{10}/2010", "9{4}-9{8}/0[36]00"], True),
    ("nz-account", "nz.bankaccount", ["01024209{6}00", "1230519{7}000", "0602019{7}01", "0865019{7}00", "25250[0]9{7}00", "9{16}"], True),
    ("ar-cbu", "ar.cbu", ["9{22}"], True),
    ("be-ogm", "be.ogm_vcs", ["9{12}"]),
    ("ch-qr-reference", "ch.esr", ["9{27}"]),
    ("creditor-reference", "iso11649", ["RF9{6}", "RF99X{12}"]),
    ("sepa-creditor", "eu.at_02", ["[D]E99ZZZ9{11}", "ES99ZZZ9{8}A", "NL999{3}9{12}"]),
    ("sedol", "gb.sedol", ["9{7}", "[B]C9{4}9", "[B]9CC999"]),
    ("figi", "figi", ["BBG0009C{3}9{2}", "CCG9{4}C{4}9"]),
    ("gb-upn", "gb.upn", ["A8[0]19{9}", "A3[0-1]19{8}A"]),
    ("ie-vat", "ie.vat", ["9{7}A", "9{7}A[ABCDEFGHIW]", "9A9{5}A"]),
    ("de-stnr", "de.stnr", ["9{13}", "9{12}", "289{2}09{8}", "59{3}09{8}"], True),
    ("at-tin", "at.tin", ["5[9]9{7}", "[9]89{7}"]),
    ("at-uid", "at.uid", ["U9{8}"]),
    ("be-eid", "be.eid", ["9{12}"]),
    ("lu-vat", "lu.tva", ["9{8}"]),
    ("nl-passport", "nl.identiteitskaartnummer", ["A{2}X{6}9", "A{2}9{7}"]),
    ("es-cups", "es.cups", ["ES9{16}AA", "ES9{16}AA9[FPCRXYZ]"], True),
    ("es-cadastral", "es.referenciacatastral", ["9{7}A{2}9{4}A9{4}AA", "9{5}A9{12}AA"]),
    ("dk-cvr", "dk.cvr", ["[1-9]9{7}"]),
    ("is-kennitala", "is_.kennitala", ["dmy9{3}[9]", "dmy9{4}"]),
    ("lv-personas-kods", "lv.pvn", ["dmy19{4}", "dmy29{4}"]),
    ("cz-rodne-cislo", "sk.rc", ["ymd9{4}"]),
    ("cz-dic", "cz.dic", ["[1-8]9{7}", "69{8}", "ymd9{4}"]),
    ("hu-company-tax", "hu.anum", ["[1-9]9{7}"]),
    ("ro-cui", "ro.cui", ["[1-9]9{5}", "[1-9]9{7}", "RO[1-9]9{8}"]),
    ("bg-pnf", "bg.pnf", ["9{10}"]),
    ("si-emso", "si.emso", ["dm[9][5-9][5-9]509{4}", "dm00[0-1]509{4}"]),
    ("si-tax", "si.ddv", ["[1-9]9{7}"]),
    ("rs-pib", "rs.pib", ["1[0]9{7}"]),
    ("mk-edb", "mk.edb", ["4[0]9{11}"]),
    ("me-pib", "me.pib", ["[0]9{7}"]),
    ("cy-vat", "cy.vat", ["[0]9{7}A", "[1]9{7}A", "[9]9{7}A"]),
    ("mt-vat", "mt.vat", ["[1-9]9{7}"]),
    ("tr-vkn", "tr.vkn", ["9{10}"]),
    ("ru-ogrn", "ru.ogrn", ["1[0]9{11}", "3[0]9{13}"]),
    ("by-unp", "by.unp", ["[1-7]9{8}", "[ABCEHKM][ABCEHKMOPT]9{7}"]),
    ("md-idno", "md.idno", ["1[0][0]9{10}"]),
    ("eu-vat", "eu.vat", [
        "[A][T]U9{8}", "BE[0][4-7]9{8}", "BG9{9}", "BG9{10}", "[C][Y][1]9{7}A", "[C]Z[1-8]9{7}", "[D]E[1-9]9{8}", "[D]K[1-9]9{7}", "EE1[0]9{7}",
        "EL9{9}", "ES9{8}A", "ES[XYZ]9{7}A", "ES[BE]9{8}", "FI9{8}", "FR99732829320", "[H]R9{11}", "[H]U[1-9]9{7}", "IE9{7}A", "IT9{7}0159", "LT9{7}19",
        "LT9{10}19", "LU9{8}", "LV[4-9]9{10}", "MT[1-9]9{7}", "NL9{9}B99", "[P]L[1-9]9{9}", "[P]T[5]9{8}", "RO[1-9]9{7}", "SE5569{7}01", "SI[1-9]9{7}",
        "SK[1-9]92[0-9]9{6}",
    ]),
    ("meid", "meid", ["[ABCDEF]H{13}", "[ABCDEF]H{14}"]),
]


def make(template, rng):
    """One random value of a template."""
    year, month, day = rng.randint(1940, 1999), rng.randint(1, 12), rng.randint(1, 28)
    out, i = "", 0
    while i < len(template):
        c, pick = template[i], None
        i += 1
        if c == "[":
            end = template.index("]", i)
            pick = template[i:end]
            if len(pick) == 3 and pick[1] == "-":
                pick = D[int(pick[0]) : int(pick[2]) + 1]
            i = end + 1
        elif c == "P":
            digits = rng.sample(D, 9)
            digits.insert(rng.randrange(10), rng.choice(digits))
            out += "".join(digits)
            continue
        elif c in "9AXHC":
            pick = {"9": D, "A": L, "X": D + L, "H": "0123456789ABCDEF", "C": "BCDFGHJKLMNPQRSTVWXZ"}[c]
        times = 1
        if pick is not None and template[i : i + 1] == "{":
            end = template.index("}", i)
            times, i = int(template[i + 1 : end]), end + 1
        if pick is not None:
            out += "".join(rng.choice(pick) for _ in range(times))
        else:
            out += {"Y": f"{year}", "y": f"{year % 100:02}", "m": f"{month:02}", "d": f"{day:02}"}.get(c, c)
    return out


def changed(value, rng):
    """One character replaced by another of its kind, or two neighbours swapped."""
    at = rng.randrange(len(value))
    if rng.random() < 0.3 and at + 1 < len(value) and value[at] != value[at + 1] and value[at : at + 2].isalnum():
        return value[:at] + value[at + 1] + value[at] + value[at + 2 :]
    kind = D if value[at].isdigit() else L
    if value[at] not in kind:
        return value
    return value[:at] + rng.choice(kind.replace(value[at], "")) + value[at + 1 :]


def afresh(template, valid, rng):
    """A value made anew until it passes, or None: for checks that stand in the middle."""
    return next((value for value in (make(template, rng) for _ in range(20000)) if valid(value)), None)


def searched(value, valid, rng):
    """The value with its end changed until it passes, or None."""
    for _ in range(20000):
        tail = rng.choice([1, 2, 2, 3, 3])
        end = "".join(rng.choice(D if c.isdigit() else L) for c in value[-tail:])
        if valid(value[:-tail] + end):
            return value[:-tail] + end
    return None


def judge(module, told):
    """Whether the module takes a value."""

    def valid(value):
        try:
            return bool(module.validate(value, **told))
        except stdnum.exceptions.ValidationError:
            return False

    return valid if told else module.is_valid


def main():
    print(json.dumps({"python-stdnum": stdnum.__version__, "seed": SEED}))
    for check, module, templates, *more in KINDS:
        middle, told = True in more, next((entry for entry in more if entry is not True), None)
        rng = random.Random(f"{SEED} {check}")
        valid = judge(importlib.import_module(f"stdnum.{module}"), told)
        values = []
        for template in templates:
            for _ in range(max(2, NORMAL // len(templates))):
                value = make(template, rng)
                found = afresh(template, valid, rng) if middle else searched(value, valid, rng)
                values.append(value)
                if found is None:
                    print(f"{check}: none passes like {value}", file=sys.stderr)
                    continue
                values += [found] + [changed(found, rng) for _ in range(2)]
        for value in dict.fromkeys(values):
            print(json.dumps({"check": check, "value": value, "valid": valid(value)}))


main()
