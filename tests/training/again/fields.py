"""The exercises on fields, answered from the lines alone."""


def who_called(case):
    return case.lines[0].text.split(",")[1]


AGAIN = {"who_called": who_called}
