"""A report opened as whoever gets it opens it: a file, in a Chromium that may reach nothing else."""

import contextlib
from pathlib import Path

PAPER = {"width": 688, "height": 1000}  # what an A4 page holds between its margins of 14 mm
PAST_THE_EDGE = """() => [...document.querySelectorAll('body *')]
    .filter((node) => node.getBoundingClientRect().right > innerWidth + 1)
    .map((node) => `${node.tagName} ${node.className}: ${node.innerText}`)"""


@contextlib.contextmanager
def opened(jupyter, path: Path, **options):
    """Open the file, and fail where it asks for anything, opens a dialog or complains."""
    context = jupyter.context.browser.new_context(**options)
    address, faults = path.resolve().as_uri(), []
    context.route(lambda url: not url.startswith((address, "data:")), lambda route: _refuse(route, faults))
    page = context.new_page()
    page.on("dialog", lambda dialog: (faults.append(f"dialog: {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda said: faults.append(f"console: {said.text}"))
    page.on("pageerror", lambda error: faults.append(f"uncaught: {error}"))
    page.goto(address)
    yield page
    context.close()
    assert faults == []


def _refuse(route, faults):
    faults.append(f"outside request: {route.request.url}")
    route.abort()
