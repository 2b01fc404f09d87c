"""What is asked while an answer is made is answered once, and the latest of it."""

import asyncio
import time

from nsgkit.explore.workbench.latest import Latest


def test_of_several_questions_that_come_together_the_latest_is_answered():
    asked, answered = [], []

    async def page():
        latest = Latest(lambda: answered.append(asked[-1]))
        for question in ("22", "22 denied", "3389"):
            asked.append(question)
            latest.ask()
        await asyncio.sleep(0.1)

    asyncio.run(page())
    assert answered == ["3389"]


def test_what_is_asked_while_an_answer_is_made_overtakes_what_waits():
    asked, answered = [], []

    async def page():
        def answer():
            answered.append(asked[-1])
            time.sleep(0.1)  # a large log

        latest = Latest(answer)

        def ask(question):
            asked.append(question)
            latest.ask()

        ask("first")
        for after, question in ((0.05, "second"), (0.06, "third")):  # they come while the first is drawn
            asyncio.get_running_loop().call_later(after, ask, question)
        await asyncio.sleep(0.5)

    asyncio.run(page())
    assert answered == ["first", "third"]


def test_what_is_needed_now_is_answered_now_and_once():
    answered = []

    async def page():
        latest = Latest(lambda: answered.append("drawn"))
        latest.ask()
        latest.settle()
        latest.settle()
        await asyncio.sleep(0.1)

    asyncio.run(page())
    assert answered == ["drawn"]
