"""Reads examples out of a Markdown page: fenced blocks and rows of tables, each with its place.

A fenced block is known by the words behind its fence:

    sql template            a template; `angle` or `curly` behind it: only in that family; `lenient`: as in a model at parse
    json context            the names that the next template sees
    text output             what the template before it gives
    text error              the messages of the template before it
    console                 commands behind `$ ` and what they print; a line `...` stands for any number of lines
    yaml models/shop.yml    a file that is written before the next commands (any word with a dot or slash is a path)

A table whose head has the columns `example` and `gives` holds an example a row: the first code span of each cell. Where the
second cell begins with the word error, its code span is a part of the message.
"""
import pathlib
import re

FENCE = re.compile(r"^(```+)\s*(.*)$")
CODE = re.compile(r"(`+)(.+?)\1")


class Block:
    def __init__(self, page, line, words):
        self.page, self.line, self.words = page, line, words
        self.lines = []

    @property
    def place(self):
        return f"{self.page.name}:{self.line}"

    @property
    def text(self):
        return "\n".join(self.lines)

    def file(self):
        """The path that a block writes, or None."""
        if len(self.words) == 2 and re.search(r"[./]", self.words[1]):
            return self.words[1]
        return None


def blocks(path):
    """Fenced blocks of a page in their order."""
    found, fence, block = [], None, None
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        match = FENCE.match(line)
        if fence is None and match:
            fence = match[1]
            block = Block(path, number, match[2].split())
        elif fence is not None and match and match[1] == fence and not match[2]:
            found.append(block)
            fence = None
        elif fence is not None:
            block.lines.append(line)
    if fence is not None:
        raise SystemExit(f"{path}:{block.line}: this block is never closed")
    return found


def cells(line):
    return [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line.strip().strip("|"))]


def code(cell):
    match = CODE.search(cell)
    if not match:
        return None
    text = match[2]
    if len(match[1]) > 1 and text.startswith(" ") and text.endswith(" "):
        text = text[1:-1]
    return text


def rows(path):
    """(place, template, wanted, is an error) of each example in a table."""
    head, fenced = None, False
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if FENCE.match(line):
            fenced = not fenced
        if fenced or not line.startswith("|"):
            head = None
            continue
        # A trailing escaped bar belongs to the last cell.
        row = cells(re.sub(r"(?<!\\)\|\s*$", "", line))
        if head is None:
            head = row
            continue
        if "example" not in head or set(line) <= set("|- :"):
            continue
        example, gives = row[head.index("example")], row[head.index("gives")]
        if code(example) is None:
            continue
        yield f"{path.name}:{number}", code(example), code(gives) or "", gives.startswith("error")


def rewrite(path, changes):
    """Puts other text into blocks: changes is a list of (block, new text)."""
    lines = path.read_text(encoding="utf-8").split("\n")
    for block, text in sorted(changes, key=lambda c: -c[0].line):
        lines[block.line : block.line + len(block.lines)] = text.split("\n") if text else []
    path.write_text("\n".join(lines), encoding="utf-8")


def docs(root):
    return pathlib.Path(root) / "docs"
