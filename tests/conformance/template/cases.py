"""Reading the case files, turning curly templates into angle ones, and asking our engine.

A case file holds one case a line, and for templates of several lines blocks:

    ## a comment
    @context {"names": ["a", "b"]}      what the cases below see; JSON
    {{ 1 + 2 }}                         a case
    @begin                              a case of several lines, to the line @end; its last newline is not part of it
    {% for n in names %}
    {{ n }}
    {% endfor %}
    @end
    @ours "text" why                    before a case: here we answer differently on purpose, with this text (or with an
                                        error: @ours error why); docs/differences.md says so too
"""

import json
import os
import pathlib
import re
import subprocess

import jinja2
import jinja2.lexer

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]


class Case:
    def __init__(self, place, template, context, ours):
        self.place = place
        self.template = template
        self.context = context
        self.ours = ours


def read(path):
    context, ours, block, start = {}, None, None, 0
    for number, line in enumerate(path.read_text(encoding="utf-8").split("\n"), 1):
        if block is not None:
            if line == "@end":
                yield Case(f"{path.name}:{start}", "\n".join(block), context, ours)
                block, ours = None, None
            else:
                block.append(line)
        elif line.startswith("@context "):
            context = json.loads(line[9:])
        elif line.startswith("@ours "):
            rest = line[6:].lstrip()
            ours = ("error",) if rest.startswith("error") else ("ok", json.JSONDecoder().raw_decode(rest)[0])
        elif line == "@begin":
            block, start = [], number
        elif line.strip() and not line.startswith("##"):
            yield Case(f"{path.name}:{number}", line, context, ours)
            ours = None
    if block is not None:
        raise SystemExit(f"{path.name}:{start}: @begin without @end")


LEXER = jinja2.Environment(keep_trailing_newline=True).lexer
OPENERS = {"{{": "<<", "{%": "<%", "{#": "<#"}
CLOSERS = {"}}": ">>", "%}": "%>", "#}": "#>"}


def to_angle(template):
    """The same template in the angle family, or None if that cannot be said mechanically."""
    out = []
    try:
        for _, token, text in LEXER.tokeniter(template, None):
            if token.endswith("_begin") and out and out[-1].endswith("<"):
                return None  # the longest opener wins: '<' before '<<' would need an escape
            if token in ("variable_begin", "block_begin", "comment_begin"):
                text = OPENERS[text[:2]] + text[2:]
            elif token in ("variable_end", "block_end", "comment_end"):
                bare = text.rstrip()
                text = bare[:-2] + CLOSERS[bare[-2:]] + text[len(bare) :]
            elif token in ("raw_begin", "raw_end"):
                bare = text.rstrip()
                text = OPENERS[bare[:2]] + bare[2:-2] + CLOSERS[bare[-2:]] + text[len(bare) :]
            elif token == "comment" and "#>" in text:
                return None
            elif token == "data" and any(o in text for o in ("<<", "<%", "<#", "{{", "{%", "{#")):
                return None
            elif token == "operator" and text.startswith(">") and out and out[-1].endswith((">", "-")):
                return None
            out.append(text)
    except jinja2.TemplateSyntaxError:
        return None
    angle = "".join(out)
    # tokens do not say where white space was eaten before an opener; that is no harm, it is eaten here too
    return None if any(o in angle for o in OPENERS) and "raw" not in angle else angle


def ask(program, requests):
    """Our answers to a list of requests, in order; a crash answers the request that caused it."""
    answers = []
    while len(answers) < len(requests):
        text = "".join(json.dumps(r) + "\n" for r in requests[len(answers) :])
        done = subprocess.run([program], input=text.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        got = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").split("\n") if line.endswith("}")]
        answers += got
        if len(answers) < len(requests):
            why = done.stderr.decode("utf-8", "replace").strip()[-2000:]
            answers.append({"error": "crash", "message": f"exit {done.returncode}: {why}"})
    return answers


# Addresses, and the names of what made a generator or an iterator, say nothing about a value.
ADDRESS = re.compile("0x[0-9a-f]{6,}|(?<=generator object )(sync_)?(do_|select_)[a-z_]+ |(list_reverseiterator|reversed)(?= object at)")
OUR_KINDS = {"template-syntax": "syntax", "template-unsupported": "syntax", "template-undefined": "undefined"}


def plain(outcome):
    return outcome[0], ADDRESS.sub("", outcome[1])


def differs(expected, answer):
    """None if our answer is what is expected, else what is wrong with it."""
    if answer.get("error") == "crash":
        return f"crashed: {answer['message']}"
    if expected[0] == "ok":
        expected = ("ok", ADDRESS.sub("", expected[1]))
        if "ok" in answer:
            answer = {"ok": ADDRESS.sub("", answer["ok"])}
        if "ok" not in answer:
            return f"expected {expected[1]!r}, got the error {answer['error']}: {answer.get('message')}"
        return None if answer["ok"] == expected[1] else f"expected {expected[1]!r}\n       got      {answer['ok']!r}"
    if "ok" in answer:
        return f"expected an error ({expected[-1] if len(expected) > 1 else 'ours'}), got {answer['ok']!r}"
    if not answer.get("line"):
        return f"the error has no place: {answer}"
    if len(expected) > 1 and (expected[1] == "syntax") != (OUR_KINDS.get(answer["error"], "other") == "syntax"):
        return f"expected an error of kind {expected[1]} ({expected[2]}), got {answer['error']}: {answer['message']}"
    return None


def program():
    built = ROOT / "build" / "tests" / "tools" / "tpl_render"
    return os.environ.get("TPL_RENDER", str(built))
