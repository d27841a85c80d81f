"""Runs the example under cdbt, on a copy, so that nothing is written beside the sources."""

import os
import pathlib
import shutil
import subprocess


def executable(root):
    """The cdbt that CDBT names, else build/cdbt."""
    return pathlib.Path(os.environ.get("CDBT", root / "build" / "cdbt"))


def prepare(project, folder):
    """A fresh copy of the project as FOLDER/project. What an earlier build left beside the sources stays behind."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(project, folder / "project", ignore=shutil.ignore_patterns("*.db", "*.db-*", "target", "logs"))


def database(folder):
    return folder / "project" / "warehouse.db"


def build(cdbt, folder, excluded=()):
    """One `cdbt build` of the prepared copy; its output is kept in FOLDER/cdbt.log. Returns the exit code and the output."""
    command = [str(cdbt), "build", "--project-dir", str(folder / "project")]
    if excluded:
        command += ["--exclude", *excluded]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    with open(folder / "cdbt.log", "a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(command)}\n{done.stdout}\n")
    return done.returncode, done.stdout
