"""What an explorer leaves behind: pictures whose texts have the room that was measured for them."""

import base64
import re
from urllib.parse import unquote

import altair as alt
import pandas as pd

from nsgkit.explore.workbench.left_behind import picture


def svg(image):
    kind, data = re.search(r'src="data:image/svg\+xml([^,]*),([^"]*)"', image).groups()
    return base64.b64decode(data).decode() if "base64" in kind else unquote(data)


def test_every_text_is_in_the_font_that_was_measured():
    rows = pd.DataFrame({"x": [1, 2], "decision": ["allowed", "denied"]})
    chart = alt.Chart(rows, title="Rows").mark_bar().encode(x="x:Q", color="decision:N")
    fonts = set(re.findall(r'font-family="([^"]*)"', svg(picture(chart))))
    assert fonts and {font.partition(",")[0] for font in fonts} == {"Arial"}
