"""Real dbt, started once: commands run in forks of a process that has loaded it, in a third of a second instead of three.

    with dbt_server.Server(python) as dbt:            # python: that of dbt's environment
        done = dbt.run(["parse", "--project-dir", ...], cwd=folder, env={"DBT_X": "1"})
        done.code, done.output                        # exit code as dbt's executable gives it, stdout and stderr together

Each command has a process of its own, so that none sees what another one left behind. Statistics, the look for newer versions
and colours are off. A server is for one thread; several may run side by side.
"""

import dataclasses
import json
import os
import pathlib
import subprocess
import sys
import tempfile

LIMIT = 120  # seconds for one command

# Runs inside dbt's Python. Everything that dbt loads lazily for a parse is loaded before the forks by a look at the adapter.
SERVER = r"""
import importlib, json, os, signal, sys, traceback
answers = os.fdopen(os.dup(1), "w")
os.dup2(2, 1)
import dbt.cli.main, dbt.parser.manifest, dbt.task.build, dbt.task.list
for name in ("duckdb", "postgres"):
    try:
        importlib.import_module("dbt.adapters." + name)
    except ImportError:
        pass
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
    def __init__(self, python):
        environment = dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1", DBT_USE_COLORS="false",
                           DBT_VERSION_CHECK="false")
        self.folder = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen([str(python), "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                        env=environment, cwd=self.folder.name)

    def run(self, arguments, cwd, env=None):
        output = pathlib.Path(self.folder.name) / "output"
        output.write_text("", encoding="utf-8")
        self.process.stdin.write(json.dumps({"arguments": [str(a) for a in arguments], "cwd": str(cwd), "env": env or {},
                                             "output": str(output), "limit": LIMIT}) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("dbt's server has ended: is there a dbt in " + str(self.process.args[0]) + "?")
        return Done(json.loads(answer), output.read_text(encoding="utf-8", errors="replace"))

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
