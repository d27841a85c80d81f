"""A hub of packages on the loopback: its index, its versions and their archives, made in memory."""

import hashlib
import http.server
import io
import json
import pathlib
import subprocess
import tarfile
import threading


def archive(files, kind="w:gz", top="package-1"):
    """A tar of {path: text}, or of TarInfo with bytes for what no honest archive holds."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=kind) as tar:
        for path, text in files.items():
            if isinstance(path, tarfile.TarInfo):
                info, data = path, text
            else:
                info, data = tarfile.TarInfo(f"{top}/{path}"), text.encode()
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return out.getvalue()


def link(path, target, kind=tarfile.SYMTYPE):
    info = tarfile.TarInfo(path)
    info.type, info.linkname = kind, target
    return info


def project(name, **more):
    """The files of a small package: a macro that gives its version."""
    files = {"dbt_project.yml": f"name: {name}\nversion: 1.0.0\n"}
    files["macros/which.sql"] = "{% macro which() %}{{ return('" + more.pop("says", name) + "') }}{% endmacro %}\n"
    files.update(more)
    return files


class Hub:
    """hub.packages: {"owner/name": {version: {"packages": [...], "require_dbt_version": [...]}}}."""

    def __init__(self):
        self.packages, self.files, self.asked = {}, {}, []
        hub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                hub.asked.append(self.path)
                body = hub.answer(self.path)
                self.send_response(200 if body is not None else 404)
                self.end_headers()
                self.wfile.write(body or b"no\n")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()

    def add(self, package, version, packages=(), require=(), files=None):
        name = package.split("/")[1]
        path = f"tar/{package.replace('/', '-')}-{version}.tar.gz"
        self.files[path] = archive(files or project(name, says=f"{name} {version}"), top=f"{name}-{version}")
        self.packages.setdefault(package, {})[version] = {
            "id": f"{package}/{version}", "name": name, "version": version, "packages": list(packages),
            "require_dbt_version": list(require), "works_with": [], "_source": {}, "downloads": {"tarball": self.url + path, "format": "tgz", "sha1": hashlib.sha1(path.encode()).hexdigest()}}

    def answer(self, path):
        path = path.lstrip("/")
        if path == "api/v1/index.json":
            return json.dumps(list(self.packages)).encode()
        if path.startswith("api/v1/"):
            versions = self.packages.get(path[len("api/v1/"):-len(".json")])
            name = path[len("api/v1/"):-len(".json")].split("/")
            return json.dumps({"name": name[-1], "namespace": name[0], "versions": versions}).encode() if versions else None
        return self.files.get(path)


def repository(folder, commits):
    """A git repository with one commit for each {path: text}, tagged v1, v2, ...; gives the commits."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True)

    def git(*words):
        environment = {"PATH": "/usr/bin:/bin", "HOME": str(folder), "GIT_CONFIG_NOSYSTEM": "1"}
        for who in ("AUTHOR", "COMMITTER"):
            environment |= {f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@b", f"GIT_{who}_DATE": "2026-01-01T00:00:00Z"}
        done = subprocess.run(["git", *words], cwd=folder, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    git("init", "-q", "-b", "main")
    made = []
    for number, files in enumerate(commits, 1):
        for path, text in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text)
        git("add", "-A")
        git("commit", "-q", "-m", f"version {number}")
        git("tag", f"v{number}")
        made.append(git("rev-parse", "HEAD"))
    git("config", "uploadpack.allowAnySHA1InWant", "true")
    return made
