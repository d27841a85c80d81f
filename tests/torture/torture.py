#!/usr/bin/env python3
"""What must hold whatever happens to a run: killed, out of disk, refused a lock, out of memory, the clock gone mad.

    tests/torture/torture.py [--long] [--seed N] [--list] [SCENARIO ...]

After each blow: `pragma integrity_check` passes; every relation is as it was before or as the finished run leaves it, never
between; nothing is left behind in the database; the next build succeeds and leaves nothing behind in target/ either. Each
scenario is one TAP case; what it did is said in a comment. The long form takes minutes and is run by `make torture`.

Needs Linux for the scenarios with a shim (tests/torture/shim.c, an LD_PRELOAD library), and a C compiler for it.
"""

import argparse
import hashlib
import json
import os
import pathlib
import random
import re
import resource
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
BUILD = (ROOT / os.environ.get("BUILD", "build")).resolve()
CDBT = os.environ.get("CDBT", str(BUILD / "cdbt"))
HEAVY = {"a": 4000, "b": 2000, "c": 2000, "d": 2000, "grows": 1000, "itself": 1500}
LEFTOVER = re.compile(r"__dbt_tmp|__dbt_backup|__dbt_new|_tmp$|^__|aside", re.I)


class Failure(Exception):
    pass


def expect(truth, *words):
    if not truth:
        raise Failure(" ".join(str(w) for w in words))


# ---- a project and its database ----

class Project:
    def __init__(self, folder, source, database):
        self.folder = folder / source.name
        shutil.copytree(source, self.folder, ignore=shutil.ignore_patterns("target", "logs", "*.db*", ".cdbt"))
        self.database = self.folder / database
        self.generation = 0

    def command(self, *words, generation=None):
        words = [CDBT, *words]
        if self.folder.name == "heavy":
            words += ["--vars", json.dumps({"generation": generation or self.generation})]
        return words

    def start(self, *words, generation=None, env=None, **more):
        return subprocess.Popen(self.command(*words, generation=generation), cwd=self.folder, stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                env=dict(os.environ, **(env or {})), start_new_session=True, **more)

    def run(self, *words, generation=None, env=None, **more):
        process = self.start(*words, generation=generation, env=env, **more)
        try:
            output = process.communicate(timeout=900)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failure(f"`{' '.join(words)}` hung:", process.communicate()[0].decode("utf-8", "replace")[-2000:])
        return process.returncode, output

    def build(self, *words, generation=None):
        code, output = self.run("build", *words, generation=generation)
        expect(code == 0, f"the next build failed with exit code {code}:\n{output}")

    def state(self):
        """Every relation: its own SQL, and for tables what is in them. Integrity is checked on the way."""
        if not self.database.exists():
            return {}
        connection = sqlite3.connect(self.database, timeout=20)
        try:
            found = connection.execute("pragma integrity_check").fetchall()
            expect(found == [("ok",)], "integrity_check:", found)
            relations = {}
            for kind, name, sql in connection.execute("select type, name, sql from sqlite_schema where type in ('table', 'view')").fetchall():
                expect(not LEFTOVER.search(name), "left behind in the database:", name)
                content = ""
                if kind == "table":
                    rows = hashlib.sha256()
                    for row in connection.execute(f'select * from "{name}" order by rowid'):
                        rows.update(repr(row).encode())
                    content = rows.hexdigest()
                relations[name] = (kind, sql, content)
            return relations
        finally:
            connection.close()

    def leftovers(self):
        found = [str(p.relative_to(self.folder)) for p in self.folder.rglob("*.tmp")]
        found += [p.name for p in self.folder.glob("*-lock")] + [p.name for p in self.folder.glob("*-journal")]
        return sorted(found)


def old_or_complete(before, now, after, what):
    """Each relation is as it was before the blow or as the completed run leaves it."""
    for name in sorted(set(before) | set(after) | set(now)):
        states = [s.get(name) for s in (before, after)]
        expect(now.get(name) in states, f"{what}: {name} is neither as before nor complete:",
               "missing" if name not in now else now[name][:2])


def whole_generations(project):
    """In the heavy project every relation holds all of its rows, of one generation."""
    connection = sqlite3.connect(project.database, timeout=20)
    try:
        there = {r[0] for r in connection.execute("select name from sqlite_schema")}
        for name, count in HEAVY.items():
            if name in there and name != "c" and name != "d":
                found = connection.execute(f"select count(*), count(distinct generation) from {name}").fetchone()
                expect(found == (count, 1), f"{name} holds {found[0]} of {count} rows, {found[1]} generations")
    finally:
        connection.close()


# ---- scenarios ----

class Torture:
    def __init__(self, long, seed, folder):
        self.long, self.random, self.folder = long, random.Random(seed), folder
        self.said = []
        self.times = None

    def say(self, text):
        self.said.append(text)

    def project(self, source):
        where = pathlib.Path(tempfile.mkdtemp(dir=self.folder))
        return Project(where, source, "heavy.db" if source.name == "heavy" else "warehouse.db")

    def heavy(self):
        project = self.project(HERE / "heavy")
        project.generation = 1
        project.build()
        return project

    def example(self):
        project = self.project(ROOT / "project")
        project.build()
        return project

    def vary_example(self, project, number):
        """Another text for every view, other rows for some tables: a run that gets anywhere changes something."""
        for path in sorted(project.folder.glob("models/**/*.sql")):
            text = re.sub(r"\n-- generation \d+\n$", "\n", path.read_text())
            path.write_text(text.rstrip("\n") + f"\n-- generation {number}\n")
        path = project.folder / "dbt_project.yml"
        path.write_text(re.sub(r"min_chat_seconds: \d+", f"min_chat_seconds: {60 if number % 2 else 30}", path.read_text()))

    def kill_at_random(self, project, times, vary, *options):
        """SIGKILL at a moment that is spread evenly over the whole run."""
        times = self.times or times
        began = time.monotonic()
        project.build(*options)
        length = time.monotonic() - began
        touched = finished = atomic_kept = 0
        after = project.state()
        for i in range(times):
            vary(project, i + 2)
            before = after
            process = project.start("build", *options)
            time.sleep(self.random.uniform(0, length * 1.1))
            finished += process.poll() is not None
            try:
                os.killpg(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
            process.communicate()
            now = project.state()
            if project.folder.name == "heavy":
                whole_generations(project)
            began = time.monotonic()
            project.build(*options)
            length = 0.8 * length + 0.2 * (time.monotonic() - began)
            after = project.state()
            old_or_complete(before, now, after, f"kill {i + 1}")
            changed = {n for n in after if now.get(n) != before.get(n)}
            touched += bool(changed)
            if "--atomic" in options:
                left = {n for n in after if now.get(n) != after.get(n)}
                expect(not changed or not left, f"kill {i + 1}: --atomic kept", sorted(changed), "without", sorted(left))
                atomic_kept += bool(changed)
            expect(not project.leftovers(), "left behind after the next build:", project.leftovers())
            if self.long and (i + 1) % 25 == 0:
                print(f"# {i + 1} of {times} kills, {touched} when something was built already", flush=True)
        self.say(f"{times} kills: {finished} after the end, {touched} when something was built already")
        expect(times < 20 or finished < times, "no kill hit a run: the machine is too slow for this")

    @staticmethod
    def vary_heavy(project, number):
        project.generation = number

    def scenario_kill_build_of_the_example(self):
        self.kill_at_random(self.example(), 1000 if self.long else 1, self.vary_example)

    def scenario_kill_build(self):
        self.kill_at_random(self.heavy(), 1000 if self.long else 6, self.vary_heavy)

    def scenario_kill_build_full_refresh(self):
        self.kill_at_random(self.heavy(), 300 if self.long else 4, self.vary_heavy, "--full-refresh")

    def scenario_kill_build_atomic(self):
        self.kill_at_random(self.heavy(), 1000 if self.long else 6, self.vary_heavy, "--atomic")

    def scenario_kill_build_atomic_of_the_example(self):
        """Long only."""
        self.kill_at_random(self.example(), 300, self.vary_example, "--atomic")

    def scenario_kill_the_very_first_build(self):
        """With no database before: what is there afterwards is complete."""
        for i in range(200 if self.long else 4):
            project = self.project(HERE / "heavy")
            project.generation = 1
            process = project.start("build")
            time.sleep(self.random.uniform(0, 0.2))
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            now = project.state()
            if now:
                whole_generations(project)
            project.build()
            after = project.state()
            content = {name: state[2] for name, state in after.items()}
            for name, state in now.items():
                expect(state[2] == content[name], f"kill {i + 1}: {name} is not as the completed build makes it")
            expect(not project.leftovers(), "left behind:", project.leftovers())
            shutil.rmtree(project.folder.parent)

    def scenario_results_survive_a_kill(self):
        """What was finished is in run_results.jsonl, line by line, and only that."""
        project = self.heavy()
        log = project.folder / "target" / "run_results.jsonl"
        for i in range(100 if self.long else 4):
            project.generation = i + 2
            size = log.stat().st_size
            before = project.state()
            process = project.start("build")
            time.sleep(self.random.uniform(0, 0.15))
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            now = project.state()
            with open(log, "rb") as file:
                file.seek(size)
                lines = [json.loads(line) for line in file.read().splitlines()]
            done = {l["unique_id"].split(".")[2] for l in lines if l.get("status") == "success" and "unique_id" in l}
            built = {n for n in now if now[n] != before.get(n)}
            missing = {n for n in built if n not in done and n not in ("audit", "c")}
            # Between the commit of a node and its line there is a moment: at most one node for each writer, that is one.
            expect(len(missing) <= 1, "built but not recorded:", sorted(missing))
            unbuilt = {n for n in done if n not in built and n not in ("c", "words", "kept")}
            expect(not unbuilt, "recorded but not built:", sorted(unbuilt))
            project.build()

    def scenario_a_torn_last_line_of_the_results_is_mended(self):
        project = self.heavy()
        log = project.folder / "target" / "run_results.jsonl"
        with open(log, "ab") as file:
            file.write(b'{"invocation_id":"torn')
        project.build()
        lines = log.read_bytes().split(b"\n")
        bad = 0
        for line in lines:
            try:
                json.loads(line or b"{}")
            except ValueError:
                bad += 1
        expect(bad == 1, f"{bad} lines cannot be read: the torn one took others along")

    def scenario_readers_never_see_a_part(self):
        """WAL: whoever reads during builds sees each relation whole, and never missing."""
        project = self.heavy()
        stop, wrong, reads = threading.Event(), [], [0]

        def look():
            connection = sqlite3.connect(f"file:{project.database}?mode=ro", uri=True, timeout=20)
            while not stop.is_set() and not wrong:
                for name, count in HEAVY.items():
                    column = "own" if name == "c" else "generation"
                    try:
                        found = connection.execute(f"select count(*), count(distinct {column}) from {name}").fetchone()
                    except sqlite3.OperationalError as error:
                        wrong.append(f"{name}: {error}")
                        break
                    reads[0] += 1
                    if found[0] != count or (found[1] != 1 and name not in ("c", "d")):
                        wrong.append(f"{name}: {found[0]} of {count} rows of {found[1]} generations")
                for name, count in (("words", 1500), ("kept", 200)):
                    try:
                        found = connection.execute(f"select count(*) from {name}" + (" where dbt_valid_to is null" if name == "kept" else "")).fetchone()[0]
                    except sqlite3.OperationalError as error:
                        wrong.append(f"{name}: {error}")
                        break
                    reads[0] += 1
                    if found != count:
                        wrong.append(f"{name}: {found} of {count} rows")
            connection.close()

        readers = [threading.Thread(target=look) for _ in range(2)]
        for reader in readers:
            reader.start()
        try:
            for i in range(60 if self.long else 3):
                project.generation = i + 2
                project.build(*([], ["--full-refresh"], ["--atomic"])[i % 3])
        finally:
            stop.set()
            for reader in readers:
                reader.join()
        expect(not wrong, *wrong[:3])
        self.say(f"{reads[0]} reads")

    # ---- faults ----

    def shim(self):
        if sys.platform != "linux":
            return None
        library = self.folder / "shim.so"
        if not library.exists():
            compiler = os.environ.get("CC", "cc")
            subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", str(library), str(HERE / "shim.c"), "-ldl"], check=True)
        return str(library)

    def fault_everywhere(self, calls, number, only, options=(), stay=True, must_fail=False, memory=False):
        """Counts the calls of a good run, then lets the 1st, ..., the last of them fail (some of them in the short form)."""
        project = self.heavy()
        counted = self.folder / "count"
        preload = {"LD_PRELOAD": self.shim(), "FAULT_CALL": calls, "FAULT_ERRNO": str(number)}
        if only:
            preload["FAULT_ONLY"] = only
        if stay:
            preload["FAULT_STAY"] = "1"
        project.generation = 2
        code, output = project.run("build", *options, env=dict(preload, FAULT_COUNT=str(counted)))
        expect(code == 0, "with the shim, and no fault:", output)
        total = int(counted.read_text())
        expect(total > 0, "the run made none of these calls:", calls)
        most = 400 if self.long else 3
        places = sorted(self.random.sample(range(1, total + 1), min(most, total)))
        failed = 0
        for i, at in enumerate(places):
            project.generation = i + 3
            before = project.state()
            code, output = project.run("build", *options, env=dict(preload, FAULT_AT=str(at)))
            where = f"{calls} number {at} of {total} fails: exit code {code}"
            if memory:
                expect(code in (0, 1, 2, -signal.SIGABRT), where, output[-1500:])
                if code == -signal.SIGABRT:
                    expect("out of memory" in output, where, "and says only", output[-1500:])
            else:
                expect(code in (0, 1, 2), where, output[-1500:])
            failed += code != 0
            if code in (1, 2):
                expect("error[" in output or "error" in output.lower(), where, "and says only", output[-1500:])
                expect("a bug in cdbt" not in output, where, output[-1500:])
            now = project.state()
            whole_generations(project)
            project.build(*options)
            after = project.state()
            old_or_complete(before, now, after, where)
            if "--atomic" in options:
                changed = {n for n in after if now.get(n) != before.get(n)}
                left = {n for n in after if now.get(n) != after.get(n)}
                expect(not changed or not left, where, "--atomic kept", sorted(changed), "without", sorted(left))
            expect(not project.leftovers(), where, "left behind after the next build:", project.leftovers())
            if code == 0 and must_fail:
                raise Failure(where, "but should have failed")
        self.say(f"{len(places)} of {total} places, {failed} runs failed")

    def scenario_disk_full_below_the_database(self):
        self.fault_everywhere("write,ftruncate", 28, "heavy.db")

    def scenario_disk_full_below_the_database_atomic(self):
        self.fault_everywhere("write,ftruncate", 28, "heavy.db", ["--atomic"])

    def scenario_disk_full_below_target(self):
        self.fault_everywhere("write,open,rename", 28, "target")

    def scenario_disk_full_everywhere(self):
        self.fault_everywhere("write,open,rename,ftruncate", 28, None)

    def scenario_one_write_fails(self):
        self.fault_everywhere("write", 5, "heavy.db", stay=False)

    def scenario_one_sync_fails(self):
        self.fault_everywhere("sync", 5, None, stay=False)

    def scenario_out_of_memory(self):
        self.fault_everywhere("malloc", 12, None, memory=True)

    def scenario_one_allocation_fails(self):
        self.fault_everywhere("malloc", 12, None, memory=True, stay=False)

    def scenario_file_size_limit(self):
        """RLIMIT_FSIZE: no file may grow beyond it (SIGXFSZ is what the system sends)."""
        project = self.heavy()
        size = project.database.stat().st_size
        for i in range(20 if self.long else 3):
            project.generation = i + 2
            limit = self.random.randrange(size // 4, size + size // 2)
            before = project.state()
            code, output = project.run("build", preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit)))
            where = f"no file above {limit} bytes, the database has {size}: exit code {code}"
            expect(code in (0, 1, 2), where, output[-1500:])
            if code:
                expect("full" in output or "too large" in output, where, "and says only", output[-1500:])
            now = project.state()
            whole_generations(project)
            project.build()
            old_or_complete(before, now, project.state(), where)
            expect(not project.leftovers(), "left behind:", project.leftovers())

    def scenario_small_disk(self):
        """A tmpfs that is really full, where one may be mounted."""
        place = self.folder / "small"
        place.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1500k", "none", str(place)], capture_output=True).returncode:
            self.say("no tmpfs may be mounted here: the faults by shim stand for it")
            return
        try:
            project = Project(place, HERE / "heavy", "heavy.db")
            project.generation = 1
            code, output = project.run("build")
            expect(code in (1, 2) and ("full" in output or "No space left" in output), f"exit code {code}:", output[-1500:])
            project.state()
            subprocess.run(["mount", "-o", "remount,size=60m", str(place)], check=True)
            project.build()
            whole_generations(project)
        finally:
            subprocess.run(["umount", str(place)], check=True)

    def scenario_results_reach_the_disk(self):
        """What a run did cannot be found out again: its artifact is synced before it gets its name. The manifest is made anew by any command."""
        project = self.heavy()
        counted = self.folder / "count"
        for only, wanted in ((".run_results.json.", 1), (".manifest.json.", 0)):
            env = {"LD_PRELOAD": self.shim(), "FAULT_CALL": "sync", "FAULT_ONLY": only, "FAULT_COUNT": str(counted)}
            code, output = project.run("build", env=env)
            expect(code == 0, f"exit code {code}:", output)
            expect(counted.read_text().strip() == str(wanted), f"{only} was synced {counted.read_text().strip()} times, not {wanted}")

    def scenario_clock_going_backwards(self):
        project = self.heavy()
        project.generation = 2
        code, output = project.run("build", env={"LD_PRELOAD": self.shim(), "CLOCK_BACK": "1"})
        expect(code == 0, f"exit code {code}:", output)
        whole_generations(project)
        results = json.loads((project.folder / "target" / "run_results.json").read_text())
        expect(all(r["execution_time"] >= 0 for r in results["results"]), "a negative duration")

    # ---- signals ----

    def stopped(self, signals, project, generation, options=()):
        project.generation = generation
        before = project.state()
        process = project.start("build", *options)
        time.sleep(self.random.uniform(0.0, 0.15))
        for number in signals:
            if process.poll() is None:
                os.kill(process.pid, number)
            time.sleep(0.002)
        try:
            output = process.communicate(timeout=60)[0].decode("utf-8", "replace")
        except subprocess.TimeoutExpired:
            process.kill()
            raise Failure("the run did not stop")
        return before, process.returncode, output

    def stop_by(self, signals, times, codes, options=()):
        project = self.heavy()
        stopped = 0
        for i in range(times):
            before, code, output = self.stopped(signals, project, i + 2, options)
            expect(code in codes, f"exit code {code}:", output)
            if code == 1:
                stopped += 1
                expect("Stopped before the end" in output or "error[cancelled]" in output, output)
            now = project.state()
            whole_generations(project)
            project.build(*options)
            after = project.state()
            old_or_complete(before, now, after, f"stop {i + 1}")
            if "--atomic" in options:
                changed = {n for n in after if now.get(n) != before.get(n)}
                left = {n for n in after if now.get(n) != after.get(n)}
                expect(not changed or not left, "--atomic kept", sorted(changed), "without", sorted(left))
            expect(not project.leftovers(), "left behind:", project.leftovers())
        self.say(f"{times} times, {stopped} in the middle")

    def scenario_sigint(self):
        self.stop_by([signal.SIGINT], 100 if self.long else 2, (0, 1, -signal.SIGINT))

    def scenario_sigint_twice(self):
        self.stop_by([signal.SIGINT, signal.SIGINT], 100 if self.long else 2, (0, 1, -signal.SIGINT))

    def scenario_sigterm(self):
        self.stop_by([signal.SIGTERM], 100 if self.long else 2, (0, 1, -signal.SIGTERM))

    def scenario_sigint_atomic(self):
        self.stop_by([signal.SIGINT], 100 if self.long else 2, (0, 1, -signal.SIGINT), ["--atomic"])


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--long", action="store_true", default=os.environ.get("TORTURE") == "long")
    options.add_argument("--seed", type=int, default=int(os.environ.get("TORTURE_SEED", "0")) or random.randrange(1 << 30))
    options.add_argument("--times", type=int, help="how many kills a scenario, whatever its form says")
    options.add_argument("--list", action="store_true")
    options.add_argument("scenarios", nargs="*")
    options = options.parse_args()
    names = [n[len("scenario_"):] for n in Torture.__dict__ if n.startswith("scenario_")]
    if options.list:
        print("\n".join(names))
        return 0
    if not options.long:
        names = [n for n in names if getattr(Torture, "scenario_" + n).__doc__ != "Long only."]
    if options.scenarios:
        names = [n for n in names if any(part in n for part in options.scenarios)]
    sanitized = b"__asan_init" in pathlib.Path(CDBT).read_bytes() or b"__tsan_init" in pathlib.Path(CDBT).read_bytes()
    if sanitized and not options.long:
        names = [n for n in names if n in ("kill_build", "kill_build_atomic", "readers_never_see_a_part", "sigint")]
    print(f"# random seed {options.seed}")
    print(f"1..{len(names)}")
    failed = 0
    for number, name in enumerate(names, 1):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="cdbt-torture."))
        torture = Torture(options.long, options.seed + number, folder)
        torture.times = options.times
        method = getattr(torture, "scenario_" + name)
        uses_shim = any(word in method.__code__.co_names for word in ("shim", "fault_everywhere"))
        began = time.monotonic()
        words = name.replace("_", " ")
        try:
            if uses_shim and (sanitized or sys.platform != "linux"):
                torture.say("a sanitizer keeps the shim out" if sanitized else "there is no shim for this system")
            else:
                method()
            print(f"ok {number} - {words}")
        except Failure as failure:
            failed += 1
            print("\n".join("# " + line for line in str(failure).splitlines()))
            print(f"not ok {number} - {words}")
        for line in torture.said:
            print("# " + line)
        print(f"# {time.monotonic() - began:.1f} s", flush=True)
        shutil.rmtree(folder, ignore_errors=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
