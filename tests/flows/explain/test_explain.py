"""The explanation says what stands there, and calls a mistake what the parser rejects: no more, no less."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nsgkit import read_logs
from nsgkit.flows.explain.pasted import LONGEST, take_apart
from nsgkit.flows.explain.tuples import explain, mistaken
from nsgkit.flows.parse.tuples import FIELDS, BadTupleError, read_tuple
from tests.examples import examples

V1 = "1487282421,192.0.2.95,10.1.0.4,51529,5358,T,I,D"
V2 = "1734601416,35.203.211.114,10.0.0.4,51318,12086,T,I,D,B,,,,"
V2_END = "1734601416,192.0.2.95,10.0.0.4,51318,443,T,I,A,E,52,29952,47,27072"
V4 = "1663146003599,10.0.0.6,192.0.2.180,23956,443,6,O,E,NX,52,29952,47,27072"


def record(*tuples, version=2, category="NetworkSecurityGroupFlowEvent"):
    group = {"mac": "000D3AB17875", "flowTuples": list(tuples)}
    flows = [{"rule": "DefaultRule_DenyAllInBound", "flows": [group]}]
    return {
        "time": "2024-12-19T09:44:35.0475109Z",
        "category": category,
        "properties": {"Version": version, "flows": flows},
    }


def at(text, column):
    """The row of the first field that fills `column`."""
    table = explain(text)
    return table[table["column"].str.split(", ").map(lambda names: column in names)].iloc[0]


def mistakes(text):
    table = explain(text)
    return table.loc[table["finding"] == "mistake", "why"].tolist()


def parts(text):
    return explain(text)["part"].unique().tolist()


# What is said


@pytest.mark.parametrize(
    ("text", "format_", "because"),
    [
        (V1, "NSG version 1", "8 fields"),
        (V2, "NSG version 2", "13 fields"),
        (V2[:-1], "NSG version 2", "12 fields"),
        (V4, "VNet version 4", "the protocol is a number"),
        (json.dumps(record(V1)), "NSG version 2", "the record says so"),
    ],
)
def test_the_format_is_told_and_why(text, format_, because):
    table = explain(text)
    meaning = table[table["part"].str.contains("tuple")].iloc[0]["meaning"]
    assert meaning.startswith(format_)
    assert because in meaning


@pytest.mark.parametrize(
    ("text", "column", "meaning"),
    [
        (V2, "time", "2024-12-19 09:43:36 UTC: seconds since 1970."),
        (V4, "time", "2022-09-14 09:00:03.599 UTC: milliseconds since 1970."),
        (V4, "time", "UTC"),
        (V2, "src_ip", "The initiator's address: a public IPv4 address."),
        (V2, "dst_ip", "a private IPv4 address"),
        (V1, "src_ip", "a documentation (made-up) IPv4 address"),
        (V1.replace("192.0.2.95", "2001:DB8::1"), "src_ip", "The flow table writes it 2001:db8::1."),
        (V1.replace("192.0.2.95", "xxx.xxx.xxx.xxx"), "src_ip", "masked"),
        (V2, "protocol", "TCP."),
        (V4.replace(",6,", ",47,"), "protocol", "GRE"),
        (V4.replace(",6,", ",200,"), "protocol", "IANA protocol number 200."),
        (V4.replace(",6,", ",255,"), "protocol", "255"),
        (V2, "direction", "Inbound."),
        (V2, "decision", "Denied by the rule."),
        (V2, "state", "it began nothing"),
        (V2_END, "state", "End:"),
        (V4.replace(",E,", ",D,"), "decision", "D says it here"),
        (V4, "decision", "every state but D is allowed"),
        (V4, "encryption", "Not encrypted."),
        (V2_END, "packets_src_to_dst", "52 packets from source to destination since"),
        (V2_END, "bytes_dst_to_src", "27,072 bytes from destination to source since"),
        (V2_END.replace(",52,", ",1,"), "packets_src_to_dst", "1 packet from"),
        (V2_END.replace(",52,", ",,"), "packets_src_to_dst", "unknown"),
        (V2, "packets_src_to_dst", "the attempt was denied. In the table it is null, never 0."),
        (V2.replace(",D,B", ",A,B"), "packets_src_to_dst", "nothing was counted yet"),
    ],
)
def test_each_field_is_put_into_words(text, column, meaning):
    assert meaning in at(text, column)["meaning"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (V2, "35.203.211.114 port 51318 tried to reach 10.0.0.4 port 12086; a rule denied it"),
        (V2_END, "inbound, TCP: the connection from 192.0.2.95 port 51318 to 10.0.0.4 port 443 ended"),
        (V4.replace(",E,", ",B,"), "began a connection"),
        (V4.replace(",E,", ",C,"), "went on"),
        (V1.replace(",D", ",A"), "a rule allowed it"),
        (V2.replace(",D,B", ",B,B"), "what the rule did is unknown"),
    ],
)
def test_the_tuple_is_put_into_one_sentence(text, words):
    assert words in explain(text)["meaning"][0]


def test_places_count_from_one_as_in_the_data_dictionary():
    assert explain(V1)["place"].dropna().tolist() == list(range(1, 9))


def test_a_record_is_explained_key_by_key():
    text = json.dumps(record(V2))
    assert at(text, "record_time")["text"] == "2024-12-19T09:44:35.0475109Z"
    assert at(text, "mac")["text"] == "000D3AB17875"
    assert at(text, "rule")["meaning"].startswith("The security rule that decided")
    assert "NSG flow log" in at(text, "category")["meaning"]


def test_what_is_not_shown_is_counted():
    assert "9 more tuples" in explain(json.dumps(record(*[V2] * 12)))["meaning"].iloc[-1]


def test_a_mistake_far_down_is_shown():
    assert "record 0, tuple 9" in parts(json.dumps(record(*[V2] * 9, V2.replace("12086", "70000"))))


# What is wrong


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (V1.removesuffix(",D"), "7 fields instead of 8. Something is missing."),
        (f"{V2}1,2", "14 fields instead of 8 or 12 or 13. There is something too much."),
        (V1.replace("10.1.0.4", "10.1.0.256"), "Not an IPv4 or IPv6 address."),
        (V1.replace("10.1.0.4", "fe80::1%eth0"), "with a scope"),
        (V1.replace("5358", "65536"), "the highest is 65535"),
        (V1.replace("5358", "-1"), "digits only"),
        (V1.replace(",T,", ",X,"), "T (TCP) and U (UDP) alone"),
        (V4.replace(",6,", ",256,"), "0 to 255"),
        (V1.replace(",I,", ",X,"), "I (inbound) or O (outbound)"),
        (V1.removesuffix("D") + "D" * 17, "A decision is a letter, A or D"),
        (V2.replace(",B,", ",X,"), "must be B, C or E."),
        (V4.replace(",E,", ",X,"), "must be B, C, E or D."),
        (V4.replace(",NX,", f",{'X' * 33},"), "one short word"),
        (V2_END.replace("29952", "-29952"), "never negative"),
        (V2_END.replace("29952", "9" * 19), "No counter is larger"),
        (V2_END.replace("1734601416", "946684800"), "the year 2000"),
        (V2_END.replace("1734601416", "0"), "the year 1970"),
        (V2_END.replace("1734601416", "9999999999"), "the year 2286"),
        (V2_END.replace("1734601416", "1734601416000000"), "As microseconds that would be the year 2024"),
        (V2_END.replace("1734601416", "1734601416000000000"), "As nanoseconds that would be the year 2024"),
        (V2_END.replace("1734601416", "9" * 30), "30 digits"),
        (V2_END.replace("1734601416", "yesterday"), "Not a number. It must be seconds (10 digits)"),
        (V2_END.removesuffix(",27072"), "One of the four counters is missing"),
        (V1.replace("5358", " 5358"), "blanks or line breaks"),
        ("hello", "8, 12 or 13 fields"),
        ("{{7*7}}", "8, 12 or 13 fields"),
        ("<img src=x onerror=alert(1)>,{{7*7}},</script>", "3 fields instead of 8"),
        ('{"records":[{"time":"2024', "8, 12 or 13 fields"),
        ('{"a": [1, 2]}', "8, 12 or 13 fields"),
        (json.dumps(record(12)), "8, 12 or 13 fields"),
        (json.dumps(record(V2, version=3)), "Version '3'"),
        (json.dumps(record(V2, category="AzureFirewall")), "Category 'AzureFirewall'"),
    ],
)
def test_mistakes_are_pointed_out(text, why):
    assert any(why in mistake for mistake in mistakes(text))


@pytest.mark.parametrize(
    ("text", "column", "why"),
    [
        (V2.replace("1734601416", "1734601416000"), "time", "NSG logs count in seconds"),
        (V4.replace("1663146003599", "1663146003"), "time", "VNet logs nearly always count in milliseconds"),
        (V2.replace(",D,B", ",B,B"), "decision", "Neither A (allowed) nor D (denied)."),
        (V2.replace(",D,B", ",D,C"), "state", "A denied attempt is logged with B."),
        (V4.replace(",NX,", ",NX_NEW,"), "encryption", "Not a documented word."),
        (json.dumps(record(V2)).replace("000D3AB17875", "NIC"), "mac", "twelve hexadecimal digits"),
        (json.dumps(record(V2)).replace("2024-12-19T", ""), "record_time", "Not a time"),
    ],
)
def test_what_is_odd_is_no_mistake(text, column, why):
    row = at(text, column)
    assert (row["finding"], why in row["why"], mistakes(text)) == ("odd", True, [])


# How it may be pasted


@pytest.mark.parametrize("text", [V1, V2, V2_END, V4])
@pytest.mark.parametrize("form", ["{}", ' "{}", ', "'{}'", '"{}"]', '["{}",', "{},", "\n{}\n", "\ufeff{}"])
def test_quotes_commas_and_white_space_are_forgiven(text, form):
    table = explain(form.format(text))
    assert table["text"][0] == text
    assert mistakes(form.format(text)) == []


@pytest.mark.parametrize("between", ["\n", ",\n", '",\n"'])
def test_several_tuples_are_explained_one_by_one(between):
    text = between.join([V2, V2_END])
    assert parts(f'"{text}"' if '"' in between else text) == ["tuple 0", "tuple 1"]


WHOLE = json.dumps({"records": [record(V2, V2_END), record(V1, version=1)]})


@pytest.mark.parametrize(
    "text",
    [
        WHOLE,
        json.dumps(json.loads(WHOLE), indent=2),
        WHOLE.replace("}]}", "},]}"),
        WHOLE.removesuffix("]}"),
        WHOLE.removeprefix('{"records": ['),
        WHOLE.removeprefix('{"records": [').removesuffix("]}") + ",",
        json.dumps(record(V2, V2_END)) + "\n" + json.dumps(record(V1, version=1)),
        json.dumps([[record(V2, V2_END)], [record(V1, version=1)]]),
    ],
)
def test_records_are_found_in_whatever_stands_around_them(text):
    tuples = ["record 0, tuple 0", "record 0, tuple 1", "record 1, tuple 0"]
    assert [part for part in parts(text) if "tuple" in part] == tuples
    assert mistakes(text) == []


@given(st.integers(0, len(WHOLE)))
def test_a_piece_cut_at_its_end_gives_its_whole_tuples(cut):
    tuples = [text for text in (f'"{V2}"', f'"{V2_END}"', f'"{V1}"') if text in WHOLE[:cut]]
    table = explain(WHOLE[:cut])
    shown = table.loc[table["part"].str.contains("tuple") & (table["column"] == ""), "text"]
    assert shown.tolist()[: len(tuples)] == [text.strip('"') for text in tuples]


@given(st.integers(0, WHOLE.index(V2_END) - 2))
def test_a_piece_cut_at_its_beginning_gives_its_whole_tuples(cut):
    assert {V2_END, V1} <= set(explain(WHOLE[cut:])["text"])


@pytest.mark.parametrize("text", [V1, V2, V2_END, V4])
def test_nothing_is_odd_about_a_tuple_as_azure_writes_it(text):
    assert set(explain(text)["finding"]) == {""}


def test_what_is_cut_short_is_told():
    last = explain(f'"{V2}","1734601416,35.20').iloc[-1]
    assert (last["part"], last["text"]) == ("the end", '"1734601416,35.20')
    assert last["why"] == "It is not whole, so it is left out."


@pytest.mark.parametrize(
    ("tuples", "told"),
    [
        ([V2] * 12, ("9 more tuples, none of them with a mistake that is not shown.", "", "")),
        (
            ["1,2"] * 12,
            (
                "6 more tuples, 6 of them with a mistake.",
                "mistake",
                "Only the first mistakes are shown in full.",
            ),
        ),
    ],
)
def test_what_is_left_out_is_counted(tuples, told):
    rest = explain(json.dumps(record(*tuples))).iloc[-1]
    assert (rest["part"], rest["text"]) == ("the rest", "")
    assert (rest["meaning"], rest["finding"], rest["why"]) == told


def test_a_long_text_is_cut_with_notice():
    table = explain(json.dumps(record(*[V2] * 3000)))
    assert f"Only the first {LONGEST:,}" in table["why"][0]
    assert table["text"].str.len().max() < 300


def test_a_tuple_with_far_too_many_fields_is_cut_with_notice():
    table = explain("1," * 5000)
    assert table[["part", "meaning"]].iloc[-1].tolist() == ["tuple", "4,985 more fields are not shown."]
    assert len(table) == 18


def test_no_text_gives_a_table_without_rows():
    assert explain(" \n").columns.tolist() == explain(V1).columns.tolist()
    assert explain(" \n").empty


# The parser and the explanation agree

PORTS = ["0", "00", "80", "-1", "65535", "65536", "1.5", "1e3", "\u0661", "9" * 41]
CODES = [*"ABCDEIOTUX", "NX", "nx", "NX_" * 11, "A" * 16, "A" * 17, "255", "256"]
ADDRESSES = ["10.0.0.4", "1.2.3", "::1", "2001:DB8::1%1", "xxx.xxx.xxx.xxx"]
SECONDS = ["1262303999", "1262304000", "4102444799", "4102444800", "01734601416"]
MILLISECONDS = ["1262303999999", "1262304000000", "4102444799999", "4102444800000"]
COUNTERS = ["", " ", " A", "A ", "\ud800", str(2**63 - 1), str(2**63)]
ODDITIES = st.sampled_from([*PORTS, *CODES, *ADDRESSES, *SECONDS, *MILLISECONDS, *COUNTERS])


@st.composite
def tuples(draw):
    """A tuple of any format with a few fields replaced, taken away or added."""
    fields = draw(st.sampled_from([V1, V2, V2[:-1], V2_END, V4])).split(",")
    for place in draw(st.lists(st.integers(0, len(fields) - 1), max_size=2)):
        fields[place] = draw(ODDITIES)
    fields = fields[: len(fields) - draw(st.sampled_from([0, 0, 0, 1, 5]))]
    return ",".join(fields + draw(st.sampled_from([[], [], [], ["1"], ["", ""]])))


def read(text, version):
    try:
        return read_tuple(text, version)
    except BadTupleError:
        return None


@given(tuples(), st.sampled_from([1, 2, 4]))
def test_a_tuple_is_faultless_where_the_parser_makes_a_row_of_it(text, version):
    assert mistaken(text, version) == (read(text, version) is None)


@given(tuples())
def test_without_a_record_a_tuple_is_faultless_where_any_version_makes_a_row_of_it(text):
    assert mistaken(text) == all(read(text, version) is None for version in FIELDS)


def test_what_is_told_of_a_whole_record_stands_beside_no_text():
    table = explain(json.dumps(record(V2, version=3)))
    assert table.loc[(table["part"] == "record 0") & (table["column"] == ""), "text"].tolist() == [""]


@given(tuples() | st.text(max_size=100), st.sampled_from([1, 2, 4]))
def test_every_reading_says_something_and_every_finding_has_its_reason(text, version):
    table = explain(json.dumps(record(text, version=version)))
    assert not table.drop(columns="place").isna().any(axis=None)
    assert (table["meaning"] != "").all()
    assert ((table["finding"] == "") | (table["why"] != "")).all()


@examples(40)
@given(st.lists(tuples(), min_size=1, max_size=20), st.sampled_from([1, 2]))
def test_what_is_mistaken_in_a_blob_is_what_read_logs_rejects(tmp_path_factory, found, version):
    blob = tmp_path_factory.mktemp("blob") / "PT1H.json"
    blob.write_text(json.dumps(record(*found, version=version)), "utf-8")
    rejected = read_logs(blob).rejects["tuple"].tolist()
    assert rejected == [place for place, text in enumerate(found) if mistaken(text, version)]


@given(st.text(max_size=300) | st.text(alphabet='{}[]",:1a \\', max_size=60))
def test_any_text_gives_a_table(text):
    assert (explain(text)["part"] != "").all()


@pytest.mark.parametrize("depth", [10, 100, 1000, 20_000])
@pytest.mark.parametrize("opening", ["[", '{"a":', '{"category":'])
def test_deep_nesting_gives_a_table(opening, depth):
    assert not explain(opening * depth).empty


def test_what_was_read_is_walked_however_deep_it_is(monkeypatch):
    nested = V1
    for _ in range(5_000):
        nested = [nested]
    monkeypatch.setattr(json, "loads", lambda *_, **__: nested)  # Python 3.13 reads as deep as this
    assert [item.value for item in take_apart("[").items] == [V1]
