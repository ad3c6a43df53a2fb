"""The command line, its options and exit codes, and the errors of the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import griffe
from typer.main import get_command

from reference_pages import floors
from reference_pages.marks import code, heading, link, plain, table
from stats.__main__ import app
from stats.errors import ExitCode

PROGRAM = "discipline-stats"
COMMANDS = f"""

The program is `.venv/bin/{PROGRAM}` after `make setup`. Every command explains itself: `{PROGRAM} COMMAND --help`.
What the exit codes mean: [errors and exit codes](errors.md#exit-codes).
"""
ERRORS = """# Errors and exit codes

Every error the package raises on purpose has its message in Vietnamese and English, says what was found, where, what is
allowed and what to do, and carries the exit code of the command line.
"""
STOPPED = """
A run that is stopped from outside ends with 128 and the number of the signal (130 for Ctrl-C); nothing is left
half-written.
"""
MEANING = {
    ExitCode.DONE: "Done.",
    ExitCode.FINDINGS: "The data have findings of severity error, or a table has broken rows.",
    ExitCode.USAGE: "Wrong usage or parameters; nothing was written.",
    ExitCode.REPORTS_FAILED: "A report failed; the others are written, and the last good one stays in its place.",
    ExitCode.ENVIRONMENT: "Something of the environment is missing (a system package, a scheduler); it is named.",
}


def pages() -> dict[str, str]:
    """Return the page of the command line and that of errors."""
    return {"reference/cli.md": _commands(), "reference/errors.md": _errors()}


def _commands() -> str:
    group: Any = get_command(app)
    rows = [(link(code(name), f"#{name}"), plain(command.help)) for name, command in group.commands.items()]
    text = [f"# Command line\n\n{plain(group.help)}", COMMANDS, table(("Command", "What it does"), rows)]
    for name, command in group.commands.items():
        named = [one for one in command.params if one.param_type_name == "argument"]
        options = [one for one in command.params if one.param_type_name == "option"]
        shown = " ".join(one.name.upper() if one.required else f"[{one.name.upper()}]" for one in named)
        line = " ".join(part for part in (PROGRAM, name, "[OPTIONS]", shown) if part)
        text += [heading(2, code(name), name), f"\n{plain(command.help)}\n\n```text\n{line}\n```\n"]
        text.append(table(("Argument", "Required", "Meaning"), [
            (code(one.name.upper()), "yes" if one.required else "no", plain(one.help or "")) for one in named
        ]))  # fmt: skip
        text.append(table(("Option", "Takes", "Default", "Meaning"), [
            (code(", ".join((*one.opts, *one.secondary_opts))), _takes(one), _default(one), plain(one.help or ""))
            for one in options
        ]))  # fmt: skip
    return "".join(text)


def _takes(option: Any) -> str:
    """Return what an option takes; a switch takes nothing."""
    if option.is_flag:
        return ""
    type_ = option.type_descriptor.annotation
    least = "" if option.min is None else f" from {option.min:g}"
    return "path" if issubclass(type_, Path) else f"number{least}" if type_ in (int, float) else "text"


def _default(option: Any) -> str:
    return "" if option.default in (None, False, "") else code(option.default)


def _errors() -> str:
    rows = [(f"`{code_.value}`", code(code_.name), MEANING[code_]) for code_ in ExitCode]
    text = [ERRORS, heading(2, "Exit codes", "exit-codes"), table(("Code", "Name", "Meaning"), rows), STOPPED]
    text.append(heading(2, "Errors", "errors"))
    text.append("\nAn error is also of the kinds above it, so `except StatsError` catches all.\n")
    found = _tree()
    lines = []
    for name, (cls, base) in found.items():
        said = plain(cls.docstring.value.splitlines()[0]) if cls.docstring else ""
        where = floors.addresses()[cls.path]
        lines.append((link(code(name), f"api/{where}"), code(base), code(int(_exit_code(name, found))), said))
    return "".join([*text, table(("Error", "Kind of", "Exit code", "When"), lines)])


def _tree() -> dict[str, tuple[griffe.Class, str]]:
    """Return every error of the package with the error it is a kind of, the general ones first."""
    classes = [
        one
        for module in floors.within(floors.package())
        for one in floors.public(module)
        if isinstance(one, griffe.Class)
    ]
    found: dict[str, tuple[griffe.Class, str]] = {}
    grown = True
    while grown:
        grown = False
        for cls in classes:
            bases = [str(base).split(".")[-1] for base in cls.bases]
            base = next((one for one in bases if one in found or one == "Exception"), "")
            if cls.name not in found and base and (base != "Exception" or cls.name == "StatsError"):
                found[cls.name] = (cls, "" if base == "Exception" else base)
                grown = True
    return found


def _exit_code(name: str, found: dict[str, tuple[griffe.Class, str]]) -> ExitCode:
    """Return the exit code of an error: its own, else that of the error it is a kind of."""
    cls, base = found[name]
    own = cls.members.get("exit_code")
    if isinstance(own, griffe.Attribute):
        return ExitCode[str(own.value).split(".")[-1]]
    return _exit_code(base, found)
