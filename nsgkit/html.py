"""The one way that text takes into HTML.

Half of what stands in a flow log was chosen by whoever is attacking. Text from logs, rules,
feeds and inventories is never code: it reaches HTML through `escape` alone. `html.escape` is
not enough, because folium and branca run text as Jinja2 templates and put it into JavaScript
template literals; so braces, dollars, backticks and backslashes become entities too.
"""

import base64
import unicodedata

_ENTITIES = {ord(c): f"&#{ord(c)};" for c in "&<>\"'\\`${}%"}
# Control (Cc), format incl. bidirectional and zero-width (Cf), surrogates (Cs), line separators.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def visible(text: object) -> str:
    r"""Return `text` with every control, bidirectional and zero-width character spelled out.

    >>> visible("rule\u202ename")
    'rule\\u202ename'
    """
    whole = str(text)
    if whole.isprintable():  # then none of them is in it: a picture has ten thousands of texts
        return whole
    return "".join(_spelled(c) if unicodedata.category(c) in _INVISIBLE else c for c in whole)


def escape(text: object) -> str:
    """Return `text` as inert HTML, safe in an element, a quoted attribute and a Jinja2 template.

    >>> escape("{{7*7}}<b>")
    '&#123;&#123;7*7&#125;&#125;&#60;b&#62;'
    """
    return visible(text).translate(_ENTITIES)


def svg_image(svg: str, words: str, style: str = "max-width:100%") -> str:
    """Return SVG as an image, in which no script runs; of inline SVG an untrusted notebook shows words alone.

    >>> svg_image("<svg/>", "Rows")
    '<img alt="Rows" style="max-width:100%" src="data:image/svg+xml;base64,PHN2Zy8+"/>'
    """
    data = base64.b64encode(svg.encode()).decode()
    return f'<img alt="{escape(words)}" style="{style}" src="data:image/svg+xml;base64,{data}"/>'


def png_image(png: bytes, words: str) -> str:
    """Return a PNG as an image, as wide as it is given room.

    >>> png_image(b"PNG", "Map")
    '<img alt="Map" style="max-width:100%" src="data:image/png;base64,UE5H"/>'
    """
    data = base64.b64encode(png).decode()
    return f'<img alt="{escape(words)}" style="max-width:100%" src="data:image/png;base64,{data}"/>'


def _spelled(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"
