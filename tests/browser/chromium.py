"""Chromium, cut off from everything but this machine."""

import contextlib
import os
import shutil

HOW_TO_GET_IT = "No Chromium here: apt-get install chromium, or set NSGKIT_CHROMIUM to the path of one."
QUIET = (
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-sandbox",  # a container's root has no other way
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)


def find():
    """The path of a Chromium, or None."""
    named = os.environ.get("NSGKIT_CHROMIUM")
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
    return named or next(filter(None, map(shutil.which, names)), None)


@contextlib.contextmanager
def context(**options):
    """A fresh browser profile; NSGKIT_SHOW_BROWSER=1 shows its window and slows it to a person's pace.

    Its clock is far from UTC, so that a picture in local time gives itself away.
    """
    from playwright.sync_api import sync_playwright

    show = bool(os.environ.get("NSGKIT_SHOW_BROWSER"))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=find(), headless=not show, slow_mo=250 if show else 0, args=list(QUIET)
        )
        yield browser.new_context(
            viewport={"width": 1280, "height": 900}, timezone_id="Asia/Kolkata", locale="en-US", **options
        )
        browser.close()
