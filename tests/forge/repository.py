"""A bare repository, somebody's clone of it, and fresh checkouts of jobs that keep the state between them."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from reconciler.emulator.world import World
from tests.cli.place import PROJECT, TASK


@dataclass(frozen=True)
class Checkout:
    """What a job finds: a folder, the commit in it, and the last commit of the branch that it is about."""

    path: Path
    commit: str
    head: str


@dataclass
class Repository:
    """On a Git server that is a folder. The project is in `study`, below the root."""

    root: Path
    checkouts: int = 0

    @classmethod
    def begun(cls, root: Path) -> Repository:
        """With a project that declares nothing, on main."""
        made = cls(root)
        made.git("init", "--quiet", "--bare", "--initial-branch=main", "origin.git", at=".")
        made.git("clone", "--quiet", f"file://{root / 'origin.git'}", "desk", at=".")
        made.commit("main")
        return made

    @property
    def cloud(self) -> World:
        """The local cloud of all jobs."""
        return World.open(self.root / "cloud.sqlite")

    def tasks(self) -> int:
        """How many were ever paid."""
        return int(self.cloud.status()["tasks"])

    def git(self, *args: str, at: str = "desk") -> str:
        """As Ada, without anybody's settings."""
        names = {
            f"GIT_{who}_{what}": "ada@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        env = os.environ | names | {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        done = subprocess.run(["git", *args], cwd=self.root / at, env=env, capture_output=True, text=True, check=True)
        return done.stdout.strip()

    def commit(self, branch: str, *tasks: str, shots: int = 100) -> str:
        """The project with these tasks, on a branch, pushed."""
        (self.root / "desk" / "study").mkdir(exist_ok=True)
        project = PROJECT.replace("default: 100", f"default: {shots}")
        for name in ("qctl.yaml", *(f"{t}.yaml" for t in tasks)):
            text = project if name == "qctl.yaml" else TASK.replace("NAME", name.removesuffix(".yaml")).lstrip("-\n")
            (self.root / "desk" / "study" / name).write_text(text, "utf-8")
        self.git("add", ".")
        self.git("commit", "--quiet", "--allow-empty", "-m", f"{branch}: {', '.join(tasks)}")
        self.git("push", "--quiet", "origin", f"HEAD:{branch}")
        return self.git("rev-parse", "HEAD")

    def edit(self, branch: str, file: str, old: str, new: str) -> str:
        """One text in place of another, on the branch that is checked out, pushed."""
        path = self.root / "desk" / "study" / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
        self.git("commit", "--quiet", "-am", f"{file} is edited")
        self.git("push", "--quiet", "origin", f"HEAD:{branch}")
        return self.git("rev-parse", "HEAD")

    def branch(self, name: str, *tasks: str) -> str:
        """A branch from main with one commit."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "-b", name, "origin/main")
        return self.commit(name, *tasks)

    def unseen(self, *tasks: str) -> str:
        """Main gets something past everybody."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "--detach", "origin/main")
        return self.commit("main", *tasks)

    def merge(self, branch: str) -> str:
        """The merge commit on main."""
        self.git("fetch", "--quiet", "origin")
        self.git("checkout", "--quiet", "--detach", "origin/main")
        self.git("merge", "--quiet", "--no-ff", "-m", f"Merge {branch}", branch)
        self.git("push", "--quiet", "origin", "HEAD:main")
        return self.git("rev-parse", "HEAD")

    def checkout(self, ref: str, onto: str = "") -> Checkout:
        """A fresh clone at a branch, merged onto another one as forges do it, with the state of the job before."""
        name = f"job{self.checkouts}"
        self.checkouts += 1
        self.git("clone", "--quiet", f"file://{self.root / 'origin.git'}", name, at=".")
        head = self.git("rev-parse", f"origin/{ref}", at=name)
        self.git("checkout", "--quiet", "--detach", f"origin/{onto or ref}", at=name)
        if onto:
            self.git("merge", "--quiet", "--no-ff", "-m", "trial", head, at=name)
        if (kept := self.root / "kept").exists():
            shutil.copytree(kept, self.root / name / "study" / "state")
        return Checkout(self.root / name, self.git("rev-parse", "HEAD", at=name), head)

    def keep(self, checkout: Checkout) -> None:
        """The state that a job leaves, for the next one: instead of a bucket."""
        if (left := checkout.path / "study" / "state").exists():
            shutil.rmtree(self.root / "kept", ignore_errors=True)
            shutil.copytree(left, self.root / "kept")
