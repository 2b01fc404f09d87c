"""The exercises on counting, answered from the lines alone."""


def connections(case):
    return sum(line.text.split(",")[7:9] == ["A", "B"] for line in case.lines)


AGAIN = {"connections": connections}
