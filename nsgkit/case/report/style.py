"""How the report looks: light and dark on a screen, black on white on paper."""

from nsgkit.palette import ALLOWED, DENIED, SERIES, UNKNOWN

STYLE = f"""
:root {{ color-scheme: light dark; --page: #fff; --ink: #1d2126; --faint: #5c636c; --line: #d5d9de;
  --box: #f4f6f8; --link: #1f56c4; --warn: #a33a00; }}
@media (prefers-color-scheme: dark) {{ :root {{ --page: #14171a; --ink: #e6e8ea; --faint: #a3abb4;
  --line: #3a4149; --box: #1e2328; --link: #8fb2ff; --warn: #ff9d66; }} }}
* {{ box-sizing: border-box; }}
body {{ margin: 0 auto; padding: 24px 28px 60px; max-width: 1020px; background: var(--page);
  color: var(--ink);
  font: 15px/1.5 system-ui, "Segoe UI", "Helvetica Neue", Arial, "Liberation Sans", sans-serif; }}
h1 {{ font-size: 26px; line-height: 1.25; margin: 0 0 6px; }}
h2 {{ font-size: 20px; margin: 40px 0 10px; padding-bottom: 4px; border-bottom: 2px solid var(--line); }}
h3 {{ font-size: 16px; margin: 20px 0 4px; }}
h4 {{ font-size: 14px; margin: 14px 0 4px; }}
p {{ margin: 4px 0 8px; max-width: 80ch; }}
a {{ color: var(--link); }}
ul {{ margin: 4px 0 10px; padding-left: 22px; }}
li {{ margin: 3px 0; overflow-wrap: anywhere; max-width: 90ch; }}
nav ul {{ columns: 3; column-gap: 32px; padding-left: 0; list-style: none; }}
nav li {{ break-inside: avoid; }}
.faint {{ color: var(--faint); font-size: 13px; }}
.warning {{ color: var(--warn); font-weight: 600; }}
.why {{ border-left: 3px solid {SERIES[0]}; padding-left: 10px; white-space: pre-line;
  overflow-wrap: anywhere; }}
.told {{ overflow-wrap: anywhere; }}
article {{ padding: 8px 0 6px; }}
article + article {{ border-top: 1px solid var(--line); }}
article h3 {{ margin-top: 8px; }}
.kind {{ display: inline-block; border: 1px solid var(--faint); border-radius: 3px; padding: 0 6px;
  font-size: 13px; font-weight: 600; }}
table {{ border-collapse: collapse; width: 100%; margin: 6px 0 14px; font-size: 13px; line-height: 1.4; }}
caption {{ text-align: left; font-weight: 600; padding: 4px 0; }}
th, td {{ text-align: left; vertical-align: top; padding: 3px 8px 3px 0; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }}
thead th {{ border-bottom: 2px solid var(--faint); overflow-wrap: normal; }}
td.number {{ text-align: right; font-variant-numeric: tabular-nums; }}
td.number, td.short {{ overflow-wrap: normal; }}
.day {{ white-space: nowrap; }}
tbody th {{ font-weight: 600; background: var(--box); padding: 4px 6px; }}
.facts th {{ width: 190px; background: none; padding-left: 0; font-weight: 600; }}
code, pre, .raw {{ font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  font-size: 12px; }}
code, .raw {{ overflow-wrap: anywhere; word-break: break-all; }}
pre {{ background: var(--box); padding: 8px 10px; overflow-x: auto; white-space: pre-wrap;
  overflow-wrap: anywhere; line-height: 1.35; }}
.tuples {{ table-layout: fixed; }}
.tuples col.time {{ width: 178px; }} .tuples col.place {{ width: 62px; }}
figure {{ margin: 10px 0 16px; }}
figure img {{ background: #fff; max-width: 100%; height: auto; }}
svg.timeline {{ width: 100%; height: auto; }}
svg text {{ font: 12px system-ui, "Segoe UI", Arial, "Liberation Sans", sans-serif; fill: var(--ink); }}
svg text.faint {{ fill: var(--faint); font-size: 11px; }}
svg text.line, svg text.line a {{ fill: var(--link); font-size: 11px; font-weight: 700; }}
svg .grid {{ stroke: var(--line); stroke-width: 1; }}
svg .allowed {{ fill: {ALLOWED}; }} svg .unknown {{ fill: {UNKNOWN}; }}
svg .denied {{ stroke: {DENIED}; stroke-width: 1.6; }}
svg .thread {{ fill: none; stroke-width: 1.5; }}
svg .thread.allowed {{ stroke: {ALLOWED}; }} svg .thread.unknown {{ stroke: {UNKNOWN}; }}
svg .hatch {{ stroke: var(--faint); stroke-width: .8; fill: none; }}
.legend {{ font-size: 13px; max-width: none; }}
.legend span {{ display: inline-block; margin-right: 18px; }}
.sign {{ vertical-align: middle; margin-right: 4px; }}
@page {{ size: A4; margin: 16mm 14mm; }}
@media print {{
  :root {{ color-scheme: light; --page: #fff; --ink: #000; --faint: #444; --line: #bbb; --box: #f2f2f2;
    --link: #000; --warn: #000; }}
  * {{ print-color-adjust: exact; -webkit-print-color-adjust: exact; }}
  body {{ max-width: none; padding: 0; font-size: 10.5pt; }}
  a {{ text-decoration: none; }}
  h2, h3, h4, caption {{ break-after: avoid; }}
  article, figure, tr, .legend {{ break-inside: avoid; }}
  thead {{ display: table-header-group; }}
  table {{ font-size: 8.5pt; }} code, pre, .raw {{ font-size: 7.5pt; }}
  #tuples, #blobs {{ break-before: page; }}
  .lanes {{ font-size: 7.5pt; }} .lanes th, .lanes td {{ padding-right: 5px; }}
  .tuples col.time {{ width: 36mm; }} .tuples col.place {{ width: 13mm; }}
}}
"""
