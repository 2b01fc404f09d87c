"""The independent count: the answer to each exercise from its lines alone, in plain Python."""

from tests.training.again import (
    counting,
    fields,
    triage,
    triage_denied,
    triage_door,
    triage_inside,
    triage_judged,
    triage_logs,
)

AGAIN = (
    fields.AGAIN
    | counting.AGAIN
    | triage.AGAIN
    | triage_denied.AGAIN
    | triage_door.AGAIN
    | triage_inside.AGAIN
    | triage_judged.AGAIN
    | triage_logs.AGAIN
)
