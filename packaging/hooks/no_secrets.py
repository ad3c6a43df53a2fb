"""Refuse keys, tokens and passwords before they are committed: ``python packaging/hooks/no_secrets.py FILE ...``.

Known forms of keys are looked for by their form, anything called a password, a secret, a token or
a key by how random what is assigned to it looks. A finding names the file, the line and the kind,
and never repeats the secret. There is no way to wave one through: a made-up one in a test is put
together from pieces.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

FORMS = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY(?: BLOCK)?-----"),
    "an AWS access key": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b"),
    "a GitHub token": re.compile(r"\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{40,})"),
    "a GitLab token": re.compile(r"\bglpat-[A-Za-z0-9_-]{20,}"),
    "a Slack token": re.compile(r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}|hooks\.slack\.com/services/T\w+/B\w+/\w{16,}"),
    "a Google key": re.compile(r"\bAIza[0-9A-Za-z_-]{35}\b"),
    "a PyPI token": re.compile(r"\bpypi-[A-Za-z0-9_-]{50,}"),
    "a key of a language model service": re.compile(r"\bsk-[A-Za-z0-9_-]*[A-Za-z0-9]{20,}"),
    "a signed web token": re.compile(r"\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10,}"),
    "a password in an address": re.compile(r"\b[a-z][a-z0-9+.-]*://[^\s/:@'\"<>{}$]+:[^\s/:@'\"<>{}$]{3,}@[\w.-]+"),
}
"""Kind of secret to the form it always has."""

ASSIGNED = re.compile(
    r"(?i)(?:passw(?:or)?d|passphrase|secret|token|credential|api[_-]?key|access[_-]?key|private[_-]?key)"
    r"[\w.-]*[\"']?\s*[:=]\s*[\"']?(?P<value>[A-Za-z0-9+/=_.-]{16,})[\"']?\s*(?:[,;#})\]]|$)"
)
"""An assignment to something called a secret; what is assigned is judged by `random`."""

FILES = ("*.pem", "*.key", "*.p12", "*.pfx", "*.jks", "id_rsa*", "id_ed25519*", ".env", ".env.*", ".netrc", ".pypirc")
"""Files that hold secrets and nothing else."""
EXAMPLES = (".env.example",)

BITS = 3.6
"""Bits a character above which a value of 16 characters or more is no word."""
LONGEST = 20_000
"""A longer line is a picture or a library in one line."""


def random(value: str) -> bool:
    """Tell whether a value looks drawn by lot rather than written: digits among letters, few repeats."""
    if not (re.search(r"\d", value) and re.search(r"[A-Za-z]", value)):
        return False
    counts = Counter(value)
    bits = -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
    return bits > BITS


def lines(text: str) -> Iterator[tuple[int, str]]:
    """Yield the kind of every secret in a text with its line."""
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LONGEST:
            continue
        for kind, form in FORMS.items():
            if form.search(line):
                yield number, kind
        if any(random(match["value"]) for match in ASSIGNED.finditer(line)):
            yield number, "a random value assigned to a password, token or key"


def findings(path: Path) -> list[str]:
    """Return what is wrong with one file; nothing for one that is no text."""
    name = PurePosixPath(path.name)
    if any(name.match(form) for form in FILES) and path.name not in EXAMPLES:
        return [f"{path}: a file of this name holds secrets; keep it out and list it in .gitignore"]
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        return []
    return [f"{path}:{number}: {kind}" for number, kind in lines(text)]


def main(names: Sequence[str]) -> int:
    """Print every finding; 1 when there is one."""
    found = [told for name in names for told in findings(Path(name))]
    for told in found:
        print(told)
    if found:
        print("Take it out, and make it void where it was issued: whoever saw it has it.")
    return int(bool(found))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
