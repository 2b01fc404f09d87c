"""The independent count: the answer to each exercise from its lines alone, in plain Python."""

from tests.training.again import counting, fields, triage, triage_logs

AGAIN = fields.AGAIN | counting.AGAIN | triage.AGAIN | triage_logs.AGAIN
