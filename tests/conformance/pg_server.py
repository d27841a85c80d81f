"""A PostgreSQL server for one comparison, and real dbt with its PostgreSQL adapter.

    with pg_server.Server() as host:      # a folder, for `host:` of a profile; user postgres, database test
        ...

Without a server's programs on this machine the script ends well, and says so.
"""

import os
import pathlib
import subprocess
import sys
import tempfile
import venv

ROOT = pathlib.Path(__file__).resolve().parents[2]
CDBT = os.environ.get("CDBT", str(ROOT / "build" / "cdbt"))
SUPPORT = ROOT / "tests" / "support" / "postgres"
REQUIREMENTS = ["dbt-core==1.11.*", "dbt-postgres==1.11.*", "dbt-tests-adapter", "pytest"]


class Server:
    def __enter__(self):
        self.parent = pathlib.Path(tempfile.mkdtemp(prefix="cdbt_pg_"))
        self.parent.chmod(0o755)
        self.folder = self.parent / "s"
        code = subprocess.run([SUPPORT, "start", self.folder, str(os.getpid())], check=False).returncode
        if code == 77:
            must = os.environ.get("TEST_NO_SKIP") == "1"
            print(f"skipped: there is no PostgreSQL server here\n0 passed, {int(must)} failed")
            sys.exit(int(must))
        if code:
            sys.exit("the server does not start")
        return self

    def __exit__(self, *_):
        subprocess.run([SUPPORT, "stop", self.folder], check=False)
        self.parent.rmdir()

    @property
    def host(self):
        return str(self.folder)

    def sql(self, text, database="test"):
        """The answer as psql gives it, without decoration: a line a row, | between columns."""
        done = subprocess.run(["psql", "-X", "-q", "-At", "-v", "ON_ERROR_STOP=1", "-h", self.host, "-U", "postgres", "-d", database, "-c", text],
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.rstrip("\n")


def dbt():
    """dbt's executable: the one that DBT111 names, else one in a virtual environment made here from PyPI."""
    if os.environ.get("DBT111"):
        return os.environ["DBT111"]
    folder = ROOT / "build" / "venv" / "dbt111-postgres"
    python = folder / "bin" / "python"
    ready = python.exists() and not subprocess.run([python, "-c", "import dbt.adapters.postgres, dbt.tests.util"], capture_output=True, check=False).returncode
    if not ready:
        print(f"installing {' '.join(REQUIREMENTS)} into {folder}", file=sys.stderr)
        venv.create(folder, with_pip=True)
        subprocess.run([folder / "bin" / "pip", "install", "--quiet", *REQUIREMENTS], check=True)
    return str(folder / "bin" / "dbt")


def quiet_environment(**more):
    return dict(os.environ, DBT_SEND_ANONYMOUS_USAGE_STATS="false", DO_NOT_TRACK="1", DBT_USE_COLORS="false", **more)
