"""Puts the page together from its sources and a payload, as the generator does: sources inlined, data escaped, a policy that
allows no script but the page's own."""
import base64
import hashlib
import json
import pathlib
import re

WEB = pathlib.Path(__file__).resolve().parents[2] / "src" / "docs" / "web"
CODE_BLOCK = 256


def block(value):
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("<", "\\u003c")


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def build(payload, code=None, layout=None):
    """payload: dict; code: a list parallel to the nodes of [raw, compiled] or None; layout: dict or None. Gives the page's text."""
    page = (WEB / "page.html").read_text()
    scripts, styles = [], []

    def style(match):
        text = (WEB / match.group(1)).read_text()
        styles.append(digest(text))
        return "<style>" + text + "</style>"

    def script(match):
        text = (WEB / match.group(1)).read_text()
        assert "</script" not in text.lower()
        scripts.append(digest(text))
        return "<script>" + text + "</script>"

    page = re.sub(r'<link rel="stylesheet" href="([^"]+)">', style, page)
    page = re.sub(r'<script src="([^"]+)"></script>', script, page)
    policy = ("default-src 'none'; base-uri 'none'; form-action 'none'; img-src data:; script-src %s; style-src %s"
              % (" ".join(scripts), " ".join(styles)))
    page = page.replace("<!--cdbt:policy-->", '<meta http-equiv="Content-Security-Policy" content="%s">' % policy)
    data = '<script type="application/json" id="cdbt-data">' + block(payload) + "</script>"
    page = page.replace("<!--cdbt:data-->", data)
    blocks = []
    for first in range(0, len(code or []), CODE_BLOCK):
        part = [c or [] for c in code[first:first + CODE_BLOCK]]
        if any(part):
            blocks.append('<script type="application/json" class="cdbt-code" data-first="%d" data-count="%d">%s</script>'
                          % (first, len(part), block(part)))
    if layout:
        blocks.append('<script type="application/json" id="cdbt-layout">' + block(layout) + "</script>")
    return page.replace("<!--cdbt:code-->", "\n".join(blocks))
