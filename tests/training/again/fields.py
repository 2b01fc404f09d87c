"""The exercises on fields, answered from the lines alone."""

import json
from datetime import UTC, datetime
from ipaddress import ip_address

SHORT, LONG = 8, 13


def split(case):
    return [line.text.split(",") for line in case.lines]


def is_vnet(fields):
    """Whether a tuple is one of a VNet log: its protocol is a number."""
    return fields[5].isdigit()


def is_denied(fields):
    return fields[7] == "D"


def state(fields):
    return fields[7] if is_vnet(fields) else fields[8]


def who_called(case):
    return {fields[1] for fields in split(case)}


def which_port(case):
    (port,) = {fields[4] for fields in split(case)}
    return int(port)


def let_through(case):
    words = {"A": "allowed", "D": "denied"}
    return [
        words["D" if is_denied(fields) else "A"] if is_vnet(fields) else words.get(fields[7], "unknown")
        for fields in split(case)
    ]


def when(case):
    text = json.dumps(case.record).split('"flowTuples": ["')[1].split(",")[0]
    seconds = int(text) // 1000 if len(text) == LONG else int(text)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S}"


def which_record(case):
    found, rule = [], ""
    for word in json.dumps(case.record).split('"'):
        rule = word if word.startswith(("UserRule_", "DefaultRule_")) else rule
        found += [rule] if word.count(",") > 5 and word.split(",")[5] in ("U", "17") else []
    return found[0], case.record["macAddress"]


def which_version(case):
    known = {SHORT: "1", 12: "2", LONG: "2"}
    return [
        "4" if is_vnet(fields) and len(fields) == LONG else known.get(len(fields), "none")
        for fields in split(case)
    ]


def state_words(case):
    words = {"B": "begin", "C": "continuing", "E": "end"}
    return ["none" if is_denied(fields) else words[state(fields)] for fields in split(case)]


def protocol(case):
    names = {"6": "TCP", "17": "UDP"}
    return {names[fields[5]] for fields in split(case) if fields[5] in names}


def reached_or_left(case):
    sent = got = 0
    for fields in split(case):
        there, back = int(fields[10] or 0), int(fields[12] or 0)
        sent += there if fields[6] == "O" else back
        got += back if fields[6] == "O" else there
    return sent, got


def empty_or_zero(case):
    return [
        "unknown"
        if len(fields) == SHORT or state(fields) == "B" or not fields[10]
        else int(fields[10]) + int(fields[12])
        for fields in split(case)
    ]


def encrypted(case):
    dropped = {"NX_SW_NOT_READY", "NX_NOT_ACCEPTED", "NX_NOT_SUPPORTED"}
    passed = [
        (number, fields[8])
        for number, fields in enumerate(split(case), 1)
        if fields[7] != "D" and fields[8] != "X"
    ]
    return [n for n, code in passed if code not in dropped], [n for n, code in passed if code in dropped]


def is_address(text):
    try:
        return bool(ip_address(text))
    except ValueError:
        return False


def is_row(fields):
    return (
        len(fields) in (SHORT, 12, LONG)
        and len(fields[0]) in (10, LONG)
        and all(map(is_address, fields[1:3]))
        and all(port.isdigit() and int(port) < 2**16 for port in fields[3:5])
        and (fields[5] in "TU" or fields[5].isdigit())
        and fields[6] in "IO"
        and all(count == "" or count.isdigit() for count in fields[9:])
    )


def spot_the_reject(case):
    return [number for number, fields in enumerate(split(case), 1) if not is_row(fields)]


def same_again(case):
    records = {json.dumps(record) for record in case.record["records"]}
    return sum(record.count(",I,") for record in records)


AGAIN = {
    each.__name__: each
    for each in (
        who_called, which_port, let_through, when, which_record, which_version, state_words, protocol,
        reached_or_left, empty_or_zero, encrypted, spot_the_reject, same_again,
    )
}  # fmt: skip
