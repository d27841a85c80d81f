"""Real dbt's `ls`, thousands a minute: one process that parses a project once and then selects in it, expression after expression.

    with dbt_lister.Lister(python, folder) as dbt:     # folder: a project with its profiles.yml
        dbt.list([["-s", "tag:web+"], ["--selector", "nightly"]])   # lines of each, or the text of the error

Each expression goes through dbt's own command line, selector and list task; what is left out is what does not change between
two of them: reading profile and project, parsing, building the graph. selectors.yml is read again for each call of list().
"""

import json
import os
import subprocess

SERVER = r"""
import contextlib, io, json, os, sys
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
from dbt.cli.main import cli, dbtRunner
from dbt.cli.flags import Flags
from dbt.config.project import read_project_flags
from dbt.config.runtime import load_project
from dbt.flags import set_flags
from dbt.task.list import ListTask
from dbt_common.events.contextvars import task_contextvars

BASE = ["--project-dir", ".", "--profiles-dir", "."]
FORMS = {"selector": "generate_selectors", "name": "generate_names", "json": "generate_json", "path": "generate_paths"}
kept = []
plain_run = ListTask.run

def keep(task):
    lines = plain_run(task)
    kept.append(task)
    return lines

ListTask.run = keep
with contextlib.redirect_stdout(io.StringIO()):
    started = dbtRunner().invoke(["--quiet", "ls", "--no-partial-parse", *BASE])
if not kept:
    sys.exit(f"dbt cannot parse the project: {started.exception}")
config, manifest, graph = kept[0].config, kept[0].manifest, kept[0].graph
project_flags = read_project_flags(".", ".")
group = cli.make_context("dbt", ["--quiet", "ls"])

def listed(words, known):
    try:
        flags = Flags(cli.get_command(group, "ls").make_context("ls", [*BASE, *words], parent=group), project_flags)
        set_flags(flags)
        # dbt reads selectors.yml with the flags of the command: its criteria keep --indirect-selection.
        if flags.INDIRECT_SELECTION not in known:
            known[flags.INDIRECT_SELECTION] = load_project(".", True, config, {}).selectors
        config.selectors = known[flags.INDIRECT_SELECTION]
        task = ListTask(flags, config, manifest)
        task.graph = graph
        with task_contextvars(project_root=config.project_root):
            return list(getattr(task, FORMS[task.args.output])())
    except (Exception, SystemExit) as error:
        return f"{type(error).__name__}: {error}"

for line in sys.stdin:
    known = {}
    answers.write(json.dumps([listed(words, known) for words in json.loads(line)]) + "\n")
    answers.flush()
"""


class Lister:
    def __init__(self, python, folder):
        environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1", DBT_VERSION_CHECK="false")
        self.process = subprocess.Popen([str(python), "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment, cwd=folder)

    def ask(self, expressions):
        """Starts; answer() waits. In between others can work."""
        self.process.stdin.write(json.dumps(expressions) + "\n")
        self.process.stdin.flush()

    def answer(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError("dbt's lister has ended; its last words stand above")
        return json.loads(line)

    def list(self, expressions):
        self.ask(expressions)
        return self.answer()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.stdin.close()
        self.process.wait()
