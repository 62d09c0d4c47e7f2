#!/usr/bin/env python3
"""Asks python-stdnum whether the values of the unseen data are valid: `cargo run -p sonde-corpus -- values 40 | python3 tests/oracle/unseen_values.py`.

The modules are those named in the catalogue of entities. Prints what is refused and why; exits with 1 when something is that is not known to differ.
"""
import collections
import importlib
import json
import sys

import stdnum

MODULES = {
    "pci.pan": "luhn", "fin.iban": "iban", "fin.bic": "bic", "fin.us.aba-routing": "us.rtn", "fin.es.bank-account-ccc": "es.ccc", "fin.no.bank-account": "no.kontonr",
    "fin.cz.bank-account": "cz.bankaccount", "fin.nz.bank-account": "nz.bankaccount", "fin.ar.cbu": "ar.cbu", "fin.be.ogm-vcs": "be.ogm_vcs", "fin.ch.qr-reference": "ch.esr",
    "fin.creditor-reference-rf": "iso11649", "fin.eu.sepa-creditor-id": "eu.at_02", "fin.us.cusip": "cusip", "fin.isin": "isin", "fin.gb.sedol": "gb.sedol", "fin.figi": "figi",
    "fin.lei": "lei", "fin.de.wkn": "de.wkn", "fin.bitcoin-address": "bitcoin", "pii.mac-address": "mac", "pii.imei": "imei", "pii.imsi": "imsi", "pii.meid": "meid",
    "gov.us.ssn": "us.ssn", "gov.us.itin": "us.itin", "gov.us.ein": "us.ein", "gov.us.atin": "us.atin", "gov.us.ptin": "us.ptin", "gov.ca.sin": "ca.sin",
    "gov.ca.business-number": "ca.bn", "phi.ca.bc-phn": "ca.bc_phn", "phi.gb.nhs-number": "gb.nhs", "gov.gb.utr": "gb.utr", "gov.gb.vat": "gb.vat", "gov.gb.upn": "gb.upn",
    "gov.ie.ppsn": "ie.pps", "gov.ie.vat": "ie.vat", "gov.de.tax-id": "de.idnr", "gov.de.vat": "de.vat", "gov.fr.nir": "fr.nir", "gov.fr.tax-id-spi": "fr.nif", "gov.fr.siren": "fr.siren",
    "gov.fr.siret": "fr.siret", "gov.fr.tva": "fr.tva", "gov.es.dni": "es.dni", "gov.es.nie": "es.nie", "gov.es.cif": "es.cif", "pii.es.cups": "es.cups",
    "pii.es.cadastral-ref": "es.referenciacatastral", "gov.it.codice-fiscale": "it.codicefiscale", "gov.it.partita-iva": "it.iva", "gov.pt.nif": "pt.nif", "gov.pt.cartao-cidadao": "pt.cc",
    "gov.nl.bsn": "nl.bsn", "gov.nl.passport": "nl.identiteitskaartnummer", "gov.nl.btw": "nl.btw", "gov.be.national-number": "be.nn", "gov.be.eid-card": "be.eid", "gov.be.vat": "be.vat",
    "gov.lu.vat": "lu.tva", "gov.at.svnr": "at.vnr", "gov.at.tin": "at.tin", "gov.at.uid": "at.uid", "gov.ch.ahv": "ch.ssn", "gov.ch.uid": "ch.uid", "gov.dk.cpr": "dk.cpr",
    "gov.dk.cvr": "dk.cvr", "gov.se.personnummer": "se.personnummer", "gov.se.orgnr": "se.orgnr", "gov.no.fodselsnummer": "no.fodselsnummer", "gov.no.orgnr": "no.orgnr",
    "gov.fi.hetu": "fi.hetu", "gov.fi.ytunnus": "fi.ytunnus", "gov.is.kennitala": "is_.kennitala", "gov.ee.isikukood": "ee.ik", "gov.lv.personas-kods": "lv.pvn", "gov.lt.asmens-kodas": "lt.asmens",
    "gov.pl.pesel": "pl.pesel", "gov.pl.nip": "pl.nip", "gov.pl.regon": "pl.regon", "gov.cz.rodne-cislo": "cz.rc", "gov.cz.dic": "cz.dic", "gov.sk.rodne-cislo": "sk.rc", "gov.ro.cnp": "ro.cnp",
    "gov.ro.cui": "ro.cui", "gov.bg.egn": "bg.egn", "gov.bg.pnf": "bg.pnf", "gov.hr.oib": "hr.oib", "gov.si.emso": "si.emso", "gov.si.tax": "si.ddv", "gov.rs.pib": "rs.pib",
    "gov.mk.edb": "mk.edb", "gov.me.pib": "me.pib", "gov.gr.amka": "gr.amka", "gov.gr.afm": "gr.vat", "gov.cy.vat": "cy.vat", "gov.mt.vat": "mt.vat", "gov.tr.tckn": "tr.tckimlik",
    "gov.tr.vkn": "tr.vkn", "gov.ru.inn": "ru.inn", "gov.ru.ogrn": "ru.ogrn", "gov.ua.rntrc": "ua.rntrc", "gov.by.unp": "by.unp", "gov.md.idno": "md.idno", "gov.az.voen": "az.voen",
    "gov.il.id": "il.idnr", "gov.eg.tax": "eg.tn", "gov.ma.ice": "ma.ice", "gov.tn.mf": "tn.mf", "gov.dz.nif": "dz.nif", "gov.za.id": "za.idnr", "gov.za.tax": "za.tin", "gov.ke.pin": "ke.pin",
    "gov.gh.tin": "gh.tin", "gov.mu.nid": "mu.nid", "gov.mz.nuit": "mz.nuit", "gov.sn.ninea": "sn.ninea", "gov.gn.nif": "gn.nifp", "gov.in.aadhaar": "in_.aadhaar", "gov.in.vid": "in_.vid",
    "gov.in.pan": "in_.pan", "gov.in.gstin": "in_.gstin", "gov.in.voter-epic": "in_.epic", "gov.pk.cnic": "pk.cnic", "gov.cn.resident-id": "cn.ric", "gov.cn.uscc": "cn.uscc", "gov.tw.ubn": "tw.ubn",
    "gov.jp.my-number": "jp.in_", "gov.jp.corporate-number": "jp.cn", "gov.kr.rrn": "kr.rrn", "gov.kr.brn": "kr.brn", "gov.sg.uen": "sg.uen", "gov.my.nric": "my.nric", "gov.th.national-id": "th.pin",
    "gov.id.nik": "id.nik", "gov.id.npwp": "id.npwp", "gov.vn.mst": "vn.mst", "gov.au.tfn": "au.tfn", "gov.au.abn": "au.abn", "gov.au.acn": "au.acn", "gov.nz.ird": "nz.ird", "gov.br.cpf": "br.cpf",
    "gov.br.cnpj": "br.cnpj", "gov.ar.dni": "ar.dni", "gov.ar.cuit": "ar.cuit", "gov.cl.rut": "cl.rut", "gov.co.nit": "co.nit", "gov.mx.curp": "mx.curp", "gov.mx.rfc": "mx.rfc",
    "gov.pe.ruc": "pe.ruc", "gov.uy.rut": "uy.rut", "gov.py.ruc": "py.ruc", "gov.ec.ci": "ec.ci", "gov.ec.ruc": "ec.ruc", "gov.do.cedula": "do.cedula", "gov.do.rnc": "do.rnc",
    "gov.gt.nit": "gt.nit", "gov.sv.nit": "sv.nit", "gov.cu.ni": "cu.ni", "gov.cr.cpf": "cr.cpf",
}
# Where two kinds share a tag, the words of the one the module knows.
ONLY = {"gov.hu.tax-id": ("adószám", "hu.anum"), "gov.ve.ci-rif": ("RIF", "ve.rif")}

# What the module refuses and the issuer does not, with the reason.
KNOWN = {
    "fin.bitcoin-address": "segregated witness of version 1 has the constant of BIP 350",
    "gov.lv.personas-kods": "numbers from 2017 (32…) have no check digit",
    "gov.ru.ogrn": "a rest of ten, eleven or twelve leaves its last digit",
    "gov.se.personnummer": "coordination numbers: the day is 60 more",
    "gov.tw.ubn": "since April 2023 a sum that five divides is valid",
    "gov.us.itin": "groups 50 to 65 are given out",
    "pii.mac-address": "three groups of four",
}
# What is written with the form, not by the maker.
WHOLE = {"gov.at.uid": lambda v: "ATU" + v, "gov.nl.btw": lambda v: v[:9] + "B" + v[9:]}


def module_of(case):
    if case["tag"] in ONLY:
        words, module = ONLY[case["tag"]]
        return module if case["words"] == words else None
    return MODULES.get(case["tag"])


def main():
    tried, refused = collections.Counter(), collections.defaultdict(list)
    for line in sys.stdin:
        case = json.loads(line)
        name = module_of(case)
        if name is None:
            continue
        tried[case["tag"]] += 1
        module = importlib.import_module("stdnum." + name)
        try:
            module.validate(WHOLE.get(case["tag"], str)(case["value"]))
        except stdnum.exceptions.ValidationError as error:
            refused[case["tag"]].append((case["value"], type(error).__name__))
    for tag, cases in sorted(refused.items()):
        print(f"{tag}: {len(cases)} of {tried[tag]} refused, {cases[:4]}")
    print(f"{sum(tried.values())} values of {len(tried)} kinds, {len(refused)} kinds with refusals")
    sys.exit(bool(set(refused) - set(KNOWN)))


main()
