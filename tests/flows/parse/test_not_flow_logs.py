"""A blob without a flow record is named by its content, and one with any flow record never is."""

import json

import pytest

from tests.blobs import ALLOWED, PROBE, VNET_BEGIN, blob, nsg_record, read, same, vnet_record

METRIC = {"count": 4, "time": "2024-12-19T09:00:00Z", "metricName": "BytesSentRate", "timeGrain": "PT1M"}
ACTIVITY = {
    "time": "2024-12-19T09:00:00Z", "operationName": "MICROSOFT.NETWORK/WRITE", "category": "Administrative",
    "resourceId": "/S", "identity": {"claims": {}},
}  # fmt: skip
RESOURCE = {
    "time": "2024-12-19T09:00:00Z",
    "category": "NetworkSecurityGroupEvent",
    "resourceId": "/S",
    "properties": {},
}
ANALYTICS = {"FlowType_s": "ExternalPublic", "SrcIP_s": "10.0.0.4", "DestIP_s": "10.0.0.5", "NSGRule_s": "r"}
NTA = {"FlowStartTime": "2024-12-19T09:00:00Z", "FlowType": "S2S", "SrcIp": "10.0.0.4", "AclRule": "r"}
RECORD = json.dumps(nsg_record(PROBE))


def lines(*values):
    return "\n".join(map(json.dumps, values)).encode()


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (lines(METRIC, METRIC), "metrics of Azure Monitor"),
        (blob(METRIC), "metrics of Azure Monitor"),
        (lines(ACTIVITY), "Azure's activity log"),
        (lines(ACTIVITY | {"category": "Sign-in"}), "Azure's activity log"),
        (blob(RESOURCE), "a resource log of the category 'NetworkSecurityGroupEvent'"),
        (lines(ANALYTICS, ANALYTICS), "rows of Traffic Analytics"),
        (lines(NTA), "rows of Traffic Analytics"),
        (",".join(ANALYTICS).encode() + b"\r\n1,2,3,4\r\n", "rows of Traffic Analytics"),
        (lines({"message": RECORD}), "flow logs as text in 'message': extract that field"),
        (lines({"body": json.dumps({"records": [nsg_record(PROBE)]})}), "flow logs as text in 'body'"),
        (lines({"event": RECORD, "sourcetype": "s"}), "flow logs as text in 'event'"),
        (lines({"log": {"original": RECORD}}), "flow logs as text in 'original'"),
        (lines({"time": "t", "rule": "r", "flow": PROBE}), "flow tuples one a line, as text in 'flow'"),
    ],
)
def test_a_blob_that_is_no_flow_log_is_named(data, said):
    found = read(data)
    same(found, read(data, exact=True))
    assert found.counts[0].other_log.startswith(said)
    assert set(found.rejects["reason"]) == {found.counts[0].other_log}
    assert found.counts[0].unread == len(found.rejects) > 0


@pytest.mark.parametrize(
    "data",
    [
        blob(METRIC, nsg_record(PROBE)),
        lines(ACTIVITY, vnet_record(VNET_BEGIN)),
        blob(nsg_record(PROBE, version=3)),
        blob(json.dumps(nsg_record(PROBE)).replace('"rule"', '"mac":"a","mac":"b","rule"')),
        b"",
        lines({"category": [], "operationName": "x"}),
        b"PK\x03\x04 no JSON",
        b'{"records":[]}',
    ],
)
def test_what_holds_a_flow_record_or_nothing_known_gets_no_name(data):
    assert read(data).counts[0].other_log is None


@pytest.mark.parametrize(
    "wrap", [lambda r: {"event": r}, lambda r: {"records": [r]}, lambda r: {"a": {"b": [r]}}]
)
def test_envelopes_of_proper_records_are_read(wrap):
    data = lines(wrap(nsg_record(PROBE)), wrap(nsg_record(ALLOWED, minute=45)))
    found = read(data)
    same(found, read(data, exact=True))
    assert (len(found.flows), len(found.rejects), found.counts[0].other_log) == (2, 0, None)


@pytest.mark.parametrize(
    ("data", "middle"),
    [
        (blob(nsg_record(PROBE)), False),
        (blob(nsg_record(PROBE))[:-2], False),
        (RECORD.encode(), False),
        (b"[" + RECORD.encode() + b"]", False),
        (b"\xef\xbb\xbf" + blob(nsg_record(PROBE)), False),
        (b"," + RECORD.encode(), True),
        (b"\xef\xbb\xbf," + RECORD.encode() + b"]}", True),
        (RECORD.encode() + b"]}", True),
        (b'{"records":[,' + RECORD.encode() + b"]}", True),
        (b'{"records":[{"records":[ ,' + RECORD.encode() + b"]}", True),
    ],
)
def test_a_missing_beginning_is_told_and_its_records_are_read(data, middle):
    found = read(data)
    same(found, read(data, exact=True))
    assert (len(found.flows), found.counts[0].begins_in_middle) == (1, middle)
