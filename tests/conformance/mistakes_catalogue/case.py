"""How a mistake is written down.

    from .case import add, case, cut, edit, put

    case("a model: two of one name", put("models/other/ledger.sql", "select 1"), culprit="ledger")
"""

import dataclasses
import shlex

PROFILE = """\
context:
  target: dev
  outputs:
    dev: {{db}, schema: analytics, threads: 1}
"""


def put(path, text):
    """A file, new or in place of the one that is there. Bytes are written as they are."""
    return ("put", path, text)


def edit(path, old, new):
    """A text that the file holds once, replaced."""
    return ("edit", path, old, new)


def add(path, text):
    """Text at the end of a file."""
    return ("add", path, text)


def cut(path):
    """A file removed."""
    return ("cut", path)


@dataclasses.dataclass
class Case:
    name: str
    changes: tuple
    words: list  # the command
    culprit: str = ""  # what cdbt's error must name, where both refuse
    globals: list = dataclasses.field(default_factory=list)  # options before the command
    env: dict = dataclasses.field(default_factory=dict)
    before: list = dataclasses.field(default_factory=list)  # commands that go before, each a list of words
    profile: str = PROFILE
    project: str = "mistakes"
    installed: bool = True
    code: int = None  # cdbt's exit code where it differs from dbt's on purpose ...
    why: str = ""  # ... and the reason
    quiet: tuple = ()  # events of dbt that cdbt does not repeat here, on purpose
    own: tuple = ()  # warnings of cdbt that dbt does not give here, on purpose

    def apply(self, folder):
        for kind, path, *rest in self.changes:
            file = folder / path
            if kind == "cut":
                file.unlink()
                continue
            file.parent.mkdir(parents=True, exist_ok=True)
            if kind == "put":
                file.write_bytes(rest[0] if isinstance(rest[0], bytes) else rest[0].encode("utf-8"))
            elif kind == "add":
                with open(file, "a", encoding="utf-8") as out:
                    out.write(rest[0])
            else:
                text = file.read_text(encoding="utf-8")
                if text.count(rest[0]) != 1:
                    raise ValueError(f"{path} holds {rest[0]!r} {text.count(rest[0])} times")
                file.write_text(text.replace(*rest), encoding="utf-8")

    def as_text(self):
        """All that dbt's answer depends on."""
        return repr((self.changes, self.words, self.globals, sorted(self.env.items()), self.before, self.profile, self.project,
                     self.installed))


CASES = []


def case(name, *changes, args="parse", **more):
    words = shlex.split(args) if isinstance(args, str) else list(args)
    if any(other.name == name for other in CASES):
        raise ValueError(f"two cases are named {name!r}")
    CASES.append(Case(name, changes, words, **more))
