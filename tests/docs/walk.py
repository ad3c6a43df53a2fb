"""Goes through the code blocks of one page, in a copy of the project, as a reader would.

Run as ``python walk.py blocks.json`` with the copy as the working folder and its ``src`` first on the
path. Python blocks share one namespace in a process of their own. A call of the program is a fork of
this process, in which the package is imported already; any other shell line goes to bash. Prints
what went wrong, a JSON list.
"""

from __future__ import annotations

import contextlib
import difflib
import json
import os
import subprocess
import sys
import traceback
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path

from fences import Block, arguments, commands

LONGEST = 120
FORK = get_context("fork")


def namespace(pipe: Connection) -> None:
    """Run Python blocks one after the other in one namespace; answer each with what went wrong."""
    space: dict[str, object] = {"__name__": "__main__"}
    quiet = Path(os.devnull).open("w")  # noqa: SIM115 -- as long as the process
    while True:
        text, where = pipe.recv()
        try:
            with contextlib.redirect_stdout(quiet):
                exec(compile(text, where, "exec"), space)
            pipe.send("")
        except BaseException:
            pipe.send(traceback.format_exc(limit=-3))


def called(words: list[str], out: Path) -> None:
    """Be the program, its output in a file."""
    descriptor = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(descriptor, 1)
    os.dup2(os.open(out.with_suffix(".err"), os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    sys.stdout, sys.stderr = open(1, "w", closefd=False), open(2, "w", closefd=False)  # noqa: SIM115
    sys.argv = ["discipline-stats", *words]
    from stats.__main__ import main

    code = 0
    try:
        main()
    except SystemExit as left:
        code = left.code if isinstance(left.code, int) else int(bool(left.code))
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def one(command: str, out: Path) -> tuple[int, str, str]:
    """Run one command; return its exit code, output and errors."""
    words = arguments(command)
    if words is None:
        done = subprocess.run(
            ["bash", "-c", command], capture_output=True, text=True, timeout=LONGEST, stdin=subprocess.DEVNULL
        )
        return done.returncode, done.stdout, done.stderr
    child = FORK.Process(target=called, args=(words, out))
    child.start()
    child.join(LONGEST)
    if child.is_alive():
        child.kill()
        return -1, "", f"not done after {LONGEST} seconds; a block that takes minutes is marked `long`"
    errors = out.with_suffix(".err")
    return child.exitcode or 0, out.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8")


def shell(block: Block, out: Path) -> tuple[str, str]:
    """Run a shell block; return what went wrong, and its output."""
    lines = list(commands(block.text))
    last = int(block.kind.removeprefix("exit=")) if block.kind else 0
    said = []
    for number, line in enumerate(lines):
        code, text, errors = one(line, out)
        said.append(text)
        wanted = last if number == len(lines) - 1 else 0
        if code != wanted:
            return f"{line}\nexit code {code}, not {wanted}\n{errors[-1500:]}", ""
    return "", "".join(said)


def differs(shown: str, said: str) -> str:
    """Return how shown output differs from what was said; a line of three dots stands for any lines."""
    lines, left = shown.split("\n"), [line.rstrip() for line in said.rstrip().split("\n")]
    parts = "\n".join(line.rstrip() for line in lines).rstrip().split("\n...")
    if len(parts) == 1:
        wanted = parts[0].split("\n")
        return "" if wanted == left else "\n".join(difflib.unified_diff(wanted, left, "shown", "said", lineterm=""))
    rest = "\n".join(left)
    for part in parts:
        found = rest.find(part.strip("\n"))
        if found < 0:
            return f"not said:\n{part}\nbut:\n{rest[:1500]}"
        rest = rest[found + len(part.strip("\n")) :]
    return ""


def walk(found: list[Block], page: str, out: Path) -> list[str]:
    """Go through the blocks of a page; return what went wrong, with the line."""
    here, there = FORK.Pipe()
    session = FORK.Process(target=namespace, args=(there,), daemon=True)
    if any(block.info == "python" for block in found):
        session.start()
    wrong, said = [], ""
    for block in found:
        problem = ""
        if block.info == "python":
            here.send((block.text, f"{page}, line {block.line}"))
            problem = here.recv() if here.poll(LONGEST) else f"not done after {LONGEST} seconds"
        elif block.language == "sh":
            problem, said = shell(block, out)
        elif block.info == "console output":
            problem = differs(block.text, said)
        if problem:
            wrong.append(f"{page}, line {block.line}: {problem}")
    return wrong


if __name__ == "__main__":
    given = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    to_run = [Block(**block) for block in given["blocks"]]
    if any(block.language == "sh" for block in to_run):
        import stats.indicators
        import stats.reports.chart
        import stats.reports.checking
        import stats.reports.listing
        import stats.reports.run  # noqa: F401 -- imported once for every call
    print(json.dumps(walk(to_run, given["page"], Path(sys.argv[1]).with_suffix(".out")), ensure_ascii=False))
