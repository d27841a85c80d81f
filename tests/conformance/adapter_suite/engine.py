"""cdbt in place of dbt's `dbtRunner`.

A command is run by the binary, with the arguments that the test gives. What dbt would have returned is made from what the
binary wrote: nodes from target/manifest.json, results from target/run_results.json or sources.json, the rest from its
output. The classes are dbt's own, so that a test finds the fields that it knows; their contents come from cdbt alone.
"""

import datetime
import json
import os
import pathlib
import re
import subprocess

from dbt.artifacts.schemas.batch_results import BatchResults
from dbt.artifacts.schemas.manifest import WritableManifest
from dbt.artifacts.schemas.results import NodeStatus, TimingInfo
from dbt.artifacts.schemas.run import RunExecutionResult, RunResult
from dbt.cli.exceptions import DbtUsageException
from dbt.cli.main import dbtRunnerResult
from dbt.contracts.graph.manifest import Manifest
from dbt.exceptions import DbtProjectError, DuplicateResourceNameError, ParsingError
from dbt_common.exceptions import DbtRuntimeError

import words


class Refused(DuplicateResourceNameError, ParsingError, DbtProjectError, DbtUsageException):
    """cdbt could not do what was asked (exit code 2); dbt raises one of many exceptions there.

    A test that wants one of these classes is satisfied by it: which class dbt uses is no behaviour that a person sees. The
    message is what cdbt printed, and tests that look into it are not satisfied by less.
    """

    def __init__(self, message):
        DbtRuntimeError.__init__(self, message)
        self.message = message

    def __str__(self):
        return self.message


# The commands that leave run_results.json behind.
RUNNING = {"run", "build", "test", "seed", "snapshot", "compile", "retry", "clone", "run-operation", "show"}

# Options before the command that take a value, so that the command's word can be found.
WITH_VALUE = {
    "--project-dir", "--profiles-dir", "--profile", "--target", "-t", "--threads", "--log-format", "--log-level", "--log-path",
    "--log-format-file", "--log-level-file", "--warn-error-options", "--printer-width", "--target-path", "--vars",
    "--event-buffer-size", "--record-timing-info", "-r", "--cache-selected-only",
}

DOCUMENTED = {("docs", "generate"), ("docs", "serve"), ("source", "freshness"), ("source", "snapshot-freshness")}


def command_of(arguments):
    found = []
    skip = False
    for word in arguments:
        if skip:
            skip = False
        elif word in WITH_VALUE:
            skip = True
        elif not word.startswith("-"):
            found.append(word)
            if len(found) == 2:
                break
    if tuple(found) in DOCUMENTED:
        return " ".join(found).replace("snapshot-freshness", "freshness")
    return {"list": "ls"}.get(found[0], found[0]) if found else ""


class Engine:
    """One cdbt, for all tests of a session. `captured` holds the output of the last command, for run_dbt_and_capture."""

    def __init__(self, executable, environment=None):
        self.executable = str(executable)
        self.environment = environment or {}
        self.captured = ""
        self.log = None
        self.checks = True

    def folder(self, arguments):
        if "--project-dir" in arguments:
            return pathlib.Path(arguments[arguments.index("--project-dir") + 1])
        return pathlib.Path(os.environ.get("DBT_PROJECT_DIR", "."))

    def target(self, arguments):
        named = os.environ.get("DBT_TARGET_PATH", "target")
        if "--target-path" in arguments:
            named = arguments[arguments.index("--target-path") + 1]
        return self.folder(arguments) / named

    def freshness_file(self, arguments, target):
        for option in ("-o", "--output"):
            if option in arguments:
                return self.folder(arguments) / arguments[arguments.index(option) + 1]
        return target / "sources.json"

    def invoke(self, arguments):
        arguments = [str(word) for word in arguments]
        target = self.target(arguments)
        if not self.checks and command_of(arguments) in ("run", "build"):
            arguments.append("--no-check")
        for name in ("run_results.json", "sources.json", "catalog.json"):
            path = target / name
            # `retry`, `--state` and `result:` selection read what is there; a copy tells old from new.
            if path.exists():
                os.utime(path, (0, 0))
        environment = {**os.environ, **self.environment}
        if datetime.datetime.__name__ == "FakeDatetime":  # freezegun stopped the clock of this process
            environment["CDBT_NOW"] = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%d %H:%M:%S")
        done = subprocess.run(
            [self.executable, *arguments], env=environment, cwd=os.getcwd(),
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=300, check=False,
        )
        self.captured = words.with_theirs(done.stdout + done.stderr)
        print(f"$ cdbt {' '.join(arguments)}\n{self.captured}\nexit code {done.returncode}")
        if done.returncode < 0 or done.returncode > 2:
            return dbtRunnerResult(success=False, exception=RuntimeError(f"cdbt ended with {done.returncode}: {self.captured}"))
        if done.returncode == 2:
            return dbtRunnerResult(success=False, exception=Refused(self.captured))
        result = self.result(command_of(arguments), arguments, target, done)
        return dbtRunnerResult(success=done.returncode == 0, result=result)

    def result(self, command, arguments, target, done):
        if command == "ls":
            return [line for line in done.stdout.splitlines() if line]
        if command == "parse":
            return read_manifest(target)
        if command == "docs generate":
            from dbt.artifacts.schemas.catalog import CatalogArtifact

            return CatalogArtifact.read_and_check_versions(str(target / "catalog.json"))
        if command == "source freshness":
            return read_freshness(target, self.freshness_file(arguments, target), done.stdout)
        if command in RUNNING:
            fresh = target / "run_results.json"
            if not fresh.exists() or fresh.stat().st_mtime == 0:
                given = arguments.index("--limit") + 1 if "--limit" in arguments else None
                return RunExecutionResult(results=shown(done) if command == "show" else [], elapsed_time=0.0,
                                          args={"limit": int(arguments[given]) if given else 5})
            result = read_results(target)
            if command == "show":
                rows = shown(done)
                for one, row in zip(result.results, rows):
                    one.agate_table = row.agate_table
                if not result.results:
                    result.results = rows
            return result
        return done.returncode == 0


def shown(done):
    """What `show` printed as a table of strings: dbt gives it as an agate table."""
    import agate

    try:
        rows = json.loads(done.stdout)["show"]
    except (ValueError, KeyError, TypeError):
        lines = [line for line in done.stdout.splitlines() if "|" in line and not set(line) <= set("|-+ ")]
        cells = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
        rows = [dict(zip(cells[0], row)) for row in cells[1:]] if cells else []
    table = agate.Table.from_object(rows) if rows else None
    return [RunResult(status=NodeStatus.Success, timing=[], thread_id="", execution_time=0.0, adapter_response={},
                      message=None, failures=None, node=None, agate_table=table)]


def read_manifest(target):
    path = target / "manifest.json"
    if not path.exists():
        return None
    return Manifest.from_writable_manifest(WritableManifest.read_and_check_versions(str(path)))


def moment(text):
    return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ") if text else None


def find_node(manifest, unique_id):
    for nodes in (manifest.nodes, manifest.unit_tests, manifest.sources, manifest.exposures, manifest.saved_queries):
        if unique_id in nodes:
            return nodes[unique_id]
    return Operation(unique_id)


class Operation:
    """A hook or an operation: not in the manifest."""

    def __init__(self, unique_id):
        self.unique_id = unique_id
        self.name = unique_id.split(".")[-1]
        self.resource_type = unique_id.split(".")[0]


def batches(found):
    if not found:
        return None
    return BatchResults(**{key: [tuple(datetime.datetime.fromisoformat(side.replace("Z", "+00:00")) for side in pair) for pair in pairs]
                           for key, pairs in found.items()})


def read_results(target):
    artifact = json.loads((target / "run_results.json").read_text())
    manifest = read_manifest(target)
    results = []
    for one in artifact["results"]:
        node = find_node(manifest, one["unique_id"])
        for key in ("compiled", "compiled_code", "relation_name"):
            if one.get(key) is not None and hasattr(node, key):
                setattr(node, key, one[key])
        results.append(RunResult(
            status=NodeStatus(one["status"]),
            timing=[TimingInfo(t["name"], moment(t["started_at"]), moment(t["completed_at"])) for t in one["timing"]],
            thread_id=one["thread_id"], execution_time=one["execution_time"], adapter_response=one["adapter_response"],
            message=words.with_theirs(one["message"]), failures=one["failures"], node=node, batch_results=batches(one.get("batch_results")),
        ))
    return RunExecutionResult(results=results, elapsed_time=artifact["elapsed_time"], args=artifact.get("args", {}))


class Record:
    """The fields of a JSON object."""

    def __init__(self, fields):
        self.__dict__.update(fields)


def read_freshness(target, path, said):
    artifact = json.loads(path.read_text())
    manifest = read_manifest(target)
    results = []
    for one in artifact["results"]:
        one = dict(one, node=find_node(manifest, one["unique_id"]))
        for key in ("max_loaded_at", "snapshotted_at"):
            if one.get(key):
                one[key] = datetime.datetime.fromisoformat(one[key].replace("Z", "+00:00"))
        results.append(Record(one))
    # As in dbt's, the file leaves out what could not be found out; the output does not.
    for name in re.findall(r"ERROR +freshness of (\S+)", said):
        results.append(Record({"unique_id": "", "status": "runtime error", "node": None, "message": name}))
    return Freshness(results, artifact["elapsed_time"])


class Freshness:
    def __init__(self, results, elapsed_time):
        self.results = results
        self.elapsed_time = elapsed_time

    def __iter__(self):
        return iter(self.results)

    def __len__(self):
        return len(self.results)

    def __getitem__(self, index):
        return self.results[index]
