#!/usr/bin/env python3
"""Makes the corpora that fuzzing begins with, from the cases and the rules: seeds.py FOLDER."""

import pathlib
import re
import sys
import tomllib

root = pathlib.Path(__file__).resolve().parent.parent
out = pathlib.Path(sys.argv[1])


def keep(target, number, data):
    folder = out / target
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{number:04}").write_bytes(data[:4096])


def texts():
    for file in sorted((root / "corpus/cases").glob("*.toml")):
        for case in tomllib.loads(file.read_text()).get("case", []):
            yield re.sub(r"\{\{[^|}]*\|(.*?)\}\}", r"\1", case["text"])
    for file in sorted((root / "corpus/cases").glob("*.jsonl")):
        yield from file.read_text().splitlines()[::40]


for n, text in enumerate(texts()):
    data = text.encode()
    keep("text", n, bytes([0, 200, n % 256, 9]) + data)
    # Two cells for each piece between commas.
    cells = [len(part) + 1 for part in data.split(b",")[:-1] if len(part) < 255][:31]
    keep("columns", n, bytes([n % 8, len(cells)]) + bytes(cells) + data)

n = 0
for file in sorted((root / "classifiers/rules").glob("*.toml"))[::4]:
    for rule in re.split(r"(?m)^(?=\[\[rule\]\])", file.read_text())[1::9]:
        n += 1
        keep("rules", n, b"\x02" + rule.encode())
        for kind, pattern in [(0, r"pattern = '+(.*?)'+[,\n }]"), (1, r'layouts = \[["\'](.*?)["\']')]:
            for value in re.findall(pattern, rule)[:1]:
                n += 1
                keep("rules", n, bytes([kind]) + value.encode())

# Requests and policies, from the answers that the tests expect to refuse or to read.
statement = '{"Sid":"A","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::111122223333:role/r","AIDAX"]},"Action":["s3:Get*"],"Resource":"arn:aws:s3:::b/${aws:username, \'x\'}/*"'
conditions = re.findall(r'(?m)^\[?"?\[?"?([A-Za-z:]+)"?\]', (root / "access/cases/conditions.toml").read_text())
for n, operator in enumerate(conditions):
    condition = f'"Condition":{{"{operator}":{{"aws:SourceIp":["10.0.0.0/8","2026-01-31T10:00:00Z","arn:aws:s3:::*"],"k":[1,true]}}}}'
    policy = f'{{"Version":"2012-10-17","Statement":[{statement},{condition}}}]}}'
    keep("policies", 2 * n, policy.encode())
    request = f'{{"id":{n},"principal":"arn:aws:sts::111122223333:assumed-role/r/s","action":"s3:GetObject","resource":"arn:aws:s3:::b/x/k","unknown_context":["k"],"resource_policy":{policy}}}'
    keep("policies", 2 * n + 1, request.encode())

# Audit logs, the first byte says where they are cut; of Postgres in all formats.
who = '"userIdentity":{"type":"AssumedRole","arn":"arn:aws:sts::111122223333:assumed-role/r/s","sessionContext":{"sessionIssuer":{"arn":"arn:aws:iam::111122223333:role/r"}}}'
event = f'{{"eventTime":"2026-01-02T03:04:05Z","eventSource":"s3.amazonaws.com","eventName":"CopyObject","eventCategory":"Data",{who},"requestParameters":{{"bucketName":"b","x-amz-copy-source":"/c/k"}}}}'
audit = 'AUDIT: SESSION,1,1,READ,SELECT,TABLE,"public.""Sales EU""",select 1,<not logged>'
quoted = audit.replace('"', '""')
lines = [
    f"2026-01-02 03:04:05.678 UTC [15] ann@app LOG:  {audit}\n",
    f'2026-01-02 03:04:05.678 UTC,"ann","app",15,"[local]",6b.1,1,"S",2026-01-02 03:04:05 UTC,3/2,0,LOG,00000,"{quoted}",,,""\n',
    '{"timestamp":"2026-01-02 03:04:05.678 UTC","user":"ann","dbname":"app","message":"AUDIT: OBJECT,1,1,WRITE,INSERT,TABLE,public.t,x"}\n',
]
logs = [f'{{"Records":[{event},{event}]}}', f"[{event}]", f"{event}\n{event}\n", *(line * 2 for line in lines)]
logs.append("%t:%r:%u@%d:[%p]:\n2026-01-02 03:04:05 UTC:10.0.0.1(5432):ann@app:[15]:LOG:  " + audit + "\n")
for n, log in enumerate(logs):
    keep("usage", n, bytes([7 + 31 * n % 200]) + log.encode())
