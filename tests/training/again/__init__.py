"""The independent count: the answer to each exercise from its lines alone, in plain Python."""

from tests.training.again import counting, fields, triage, triage_judged

AGAIN = fields.AGAIN | counting.AGAIN | triage.AGAIN | triage_judged.AGAIN
