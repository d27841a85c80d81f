"""Real dbt, started once: commands run in forks of a process that has loaded it and has parsed a small project already, so
that a command takes well under a second instead of four.

    with dbt_server.Server(python) as dbt:            # python: that of dbt's environment
        done = dbt.run(["parse", "--project-dir", ...], cwd=folder, env={"DBT_X": "1"})
        done.code, done.output                        # exit code as dbt's executable gives it, stdout and stderr together

Each command has a process of its own, so that none sees what another one left behind. Statistics, the look for newer versions
and colours are off. A server is for one thread; several may run side by side. `prelude` is Python that the server runs once, when dbt is
loaded.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LIMIT = 300  # seconds for one command, on a machine that does other things too

# What the process parses before it forks: dbt makes its readers of YAML and of each kind of node when it needs them first.
WARM = {
    "dbt_project.yml": "name: warm\nprofile: warm\nmodels: {+materialized: view}\n",
    "profiles.yml": "warm:\n  target: dev\n  outputs:\n    dev: {type: duckdb, path: ':memory:', schema: main}\n",
    "models/a.sql": "{{ config(tags=['x']) }}select 1 as id, current_date as d\n",
    "models/b.sql": "{% set x = 1 %}select * from {{ ref('a') }}, {{ source('s', 't') }}\n",
    "models/docs.md": "{% docs d %}text{% enddocs %}\n",
    "models/all.yml": """
models:
  - {name: a, description: "{{ doc('d') }}", config: {materialized: table}, time_spine: {standard_granularity_column: d},
     columns: [{name: id, data_tests: [unique, {accepted_values: {arguments: {values: [1]}}}]}, {name: d, granularity: day}]}
  - {name: c, versions: [{v: 1}]}
sources: [{name: s, config: {meta: {a: 1}}, tables: [{name: t, columns: [{name: id, data_tests: [not_null]}]}]}]
seeds: [{name: s}]
snapshots: [{name: h, relation: ref('a'), config: {strategy: check, check_cols: all, unique_key: id}}]
exposures: [{name: e, type: dashboard, owner: {name: x}, depends_on: [ref('a')]}]
groups: [{name: g, owner: {name: x}}]
macros: [{name: m, arguments: [{name: x}]}]
analyses: [{name: l}]
data_tests: [{name: single}]
unit_tests: [{name: u, model: a, given: [], expect: {rows: [{id: 1}]}}]
semantic_models:
  - {name: sm, model: ref('a'), defaults: {agg_time_dimension: dd}, entities: [{name: en, type: primary, expr: id}],
     dimensions: [{name: dd, type: time, expr: d, type_params: {time_granularity: day}}], measures: [{name: me, agg: sum, expr: id}]}
metrics: [{name: mm, label: M, type: simple, type_params: {measure: me}}]
saved_queries: [{name: qq, query_params: {metrics: [mm], group_by: ["TimeDimension('metric_time')"]}}]
""",
    "models/c_v1.sql": "select 1 as id\n",
    "seeds/s.csv": "id\n1\n",
    "macros/m.sql": "{% macro m(x) %}{{ x }}{% endmacro %}\n",
    "analyses/l.sql": "select 1\n",
    "tests/single.sql": "select * from {{ ref('b') }}\n",
}

# Runs inside dbt's Python. What a first command leaves behind in a process is what dbt itself allows for: dbtRunner may be
# called again and again.
SERVER = r"""
import gc, importlib, json, os, signal, sys, traceback
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
import dbt.cli.main, dbt.parser.manifest, dbt.task.build, dbt.task.list
for name in ("duckdb", "postgres"):
    try:
        importlib.import_module("dbt.adapters." + name)
    except ImportError:
        pass
import functools
import dbt_common.clients.jinja as jinja
# The macros of dbt's own library are the same in every command.
jinja.parse = functools.lru_cache(maxsize=None)(jinja.parse)
warm = sys.argv[1]
exec(sys.argv[2])
sys.argv = ["dbt"]
# The extractor has threads of its own from its first use on, for which a fork would wait in vain.
extract, users = "py_extract_from_source", []
for module in list(sys.modules.values()):
    if getattr(module, extract, None) and module.__name__.startswith("dbt."):
        users.append((module, getattr(module, extract)))
        setattr(module, extract, lambda text: {"refs": [{"name": "a"}], "sources": [], "configs": []})
dbt.cli.main.dbtRunner().invoke(["--quiet", "--no-partial-parse", "--no-static-parser", "parse", "--project-dir", warm, "--profiles-dir", warm,
                                 "--target-path", warm + "/target", "--log-path", warm + "/logs"])
for module, function in users:
    setattr(module, extract, function)
threads = "/proc/self/task"
if os.path.isdir(threads) and len(os.listdir(threads)) > 1:
    sys.exit("dbt has started threads, which do not survive a fork")
gc.collect()
gc.freeze()
for line in sys.stdin:
    order = json.loads(line)
    child = os.fork()
    if child == 0:
        code = 3
        try:
            signal.alarm(order["limit"])
            out = os.open(order["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            os.dup2(out, 1)
            os.dup2(out, 2)
            os.chdir(order["cwd"])
            os.environ.update(order["env"])
            sys.argv = ["dbt", *order["arguments"]]
            done = dbt.cli.main.dbtRunner().invoke(order["arguments"])
            # As dbt's executable ends: 2 for what dbt could not do at all, 1 for nodes that failed.
            code = 0 if done.success else 2 if done.exception is not None else 1
            if done.exception is not None:
                print(f"{type(done.exception).__name__}: {done.exception}")
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(code)
    _, status = os.waitpid(child, 0)
    answers.write(json.dumps(os.waitstatus_to_exitcode(status)) + "\n")
    answers.flush()
"""


@dataclasses.dataclass
class Done:
    code: int
    output: str


class Server:
    def __init__(self, python, prelude=""):
        self.environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1", DBT_USE_COLORS="false",
                           DBT_VERSION_CHECK="false")
        self.folder = tempfile.TemporaryDirectory()
        warm = pathlib.Path(self.folder.name) / "warm"
        for path, text in WARM.items():
            (warm / path).parent.mkdir(parents=True, exist_ok=True)
            (warm / path).write_text(text, encoding="utf-8")
        self.command = [str(python), "-c", SERVER, str(warm), prelude]
        self.start()

    def start(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=self.environment, cwd=self.folder.name)

    def run(self, arguments, cwd, env=None):
        output = pathlib.Path(self.folder.name) / "output"
        output.write_text("", encoding="utf-8")
        self.process.stdin.write(json.dumps({"arguments": [str(a) for a in arguments], "cwd": str(cwd), "env": env or {},
                                             "output": str(output), "limit": LIMIT}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("dbt's server has ended: is there a dbt in " + str(self.process.args[0]) + "?")
        code = json.loads(answer)
        if code < 0:  # it was killed, maybe with a lock that it shares with those that follow
            self.process.kill()
            self.process.communicate()
            self.start()
        return Done(code, output.read_text(encoding="utf-8", errors="replace"))

    def close(self):
        self.process.stdin.close()
        self.process.wait()
        self.folder.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


if __name__ == "__main__":  # PYTHON [ARGUMENT ...]: one command in this folder
    with Server(sys.argv[1]) as server:
        done = server.run(sys.argv[2:], os.getcwd())
    print(done.output, end="")
    sys.exit(done.code)
