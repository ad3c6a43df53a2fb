"""The command line: ``discipline-stats``. Thin doors only; heavy imports wait inside the commands."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from stats.errors import ExitCode, MissingSystemPackageError, Severity, StatsError

if TYPE_CHECKING:
    from stats.indicators import Book

# Before numpy is loaded. Matrices here are small: threads of BLAS wait for each other (a forecast takes six times as
# long with two), and sums would change in the last digit with the number of cores.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

app = typer.Typer(
    name="discipline-stats",
    help="Statistics of party inspection, supervision and discipline, from published aggregates.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)

PeriodKey = Annotated[str, typer.Option("--period", help="2022, 2023-Q1, 2023-6M, 2018-07, 2020-2025/half, ...")]
Lang = Annotated[str, typer.Option("--lang", help="vi or en.")]


def _named(text: str) -> Path:
    """Return a path that was really given: an empty one (a variable that is not set) is the folder one stands in."""
    if not text.strip():
        raise typer.BadParameter("đường dẫn trống / the path is empty")
    return Path(text)


def _data(text: str) -> Path:
    """Return a folder that is a data folder."""
    if not (_named(text) / "datapackage.json").is_file():
        raise typer.BadParameter(f"không có datapackage.json trong {text!r} / {text!r} holds no datapackage.json")
    return Path(text)


Data = Annotated[Path | None, typer.Option("--data", help="Data folder (default: the project's own).", parser=_data)]
Out = Annotated[Path | None, typer.Option("--out", help="Output folder (default: reports/output).", parser=_named)]


def guarded(command: Callable[..., int | None]) -> Callable[..., None]:
    """Turn the package's errors into one message in both languages and the contract's exit code."""

    @wraps(command)
    def run(*args: Any, **options: Any) -> None:
        try:
            code = command(*args, **options) or ExitCode.DONE
        except StatsError as error:
            fail(error)
            code = error.exit_code
        except KeyboardInterrupt as stopped:
            print("\nĐã dừng theo yêu cầu; không có tệp dở dang. / Stopped; nothing half-written.", file=sys.stderr)
            # Ctrl-C, or the signal a run was stopped by.
            leave(128 + int(stopped.args[0] if stopped.args else signal.SIGINT))
        raise typer.Exit(int(code))

    return run


def leave(code: int) -> NoReturn:
    """End at once, with every process started: a browser caught in the middle of a drawing would wait for minutes."""
    import psutil

    for child in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            child.kill()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def fail(error: StatsError) -> None:
    """Print an error to the error stream, Vietnamese first."""
    print(f"Lỗi: {error.vi}", file=sys.stderr)
    print(f"Error: {error.en}", file=sys.stderr)


@app.command("list")
@guarded
def list_(
    what: Annotated[str, typer.Argument(help="bodies, periods, indicators, charts or reports.")],
    place: Annotated[str | None, typer.Option("--place", help="Body, for periods.")] = None,
    lang: Lang = "vi",
    data: Data = None,
) -> int | None:
    """List bodies, periods, indicators, charts or report kinds."""
    from stats.reports import listing

    for line in listing.lines(_book(data), what, place=place, lang=lang):
        print(line)
    return None


@app.command()
@guarded
def indicators(
    place: Annotated[str | None, typer.Option("--place", help="Body.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Period key.")] = None,
    format_: Annotated[str, typer.Option("--format", help="table, json or csv.")] = "table",
    lang: Lang = "vi",
    data: Data = None,
) -> int | None:
    """Compute every indicator of the catalogue that has figures."""
    from stats.reports import listing

    print(listing.indicators(_book(data), place, period, format_, lang), end="")
    return None


@app.command()
@guarded
def check(
    place: Annotated[str | None, typer.Option("--place", help="Keep findings on one body.")] = None,
    period: Annotated[str | None, typer.Option("--period", help="Keep findings on one period.")] = None,
    format_: Annotated[str, typer.Option("--format", help="text, json, html or xlsx.")] = "text",
    out: Annotated[Path | None, typer.Option("--out", help="File to write instead of printing.")] = None,
    system: Annotated[bool, typer.Option("--system", help="Check Chromium, fonts and versions instead.")] = False,
    lang: Lang = "vi",
    data: Data = None,
) -> int | None:
    """Check the curated tables; exit 1 when a finding of severity error is not acknowledged."""
    from stats.reports import checking

    if system:
        text, code = checking.system(lang)
        print(text)
        return int(code)
    found = checking.findings(_book(data), data, place, period)
    checking.deliver(found, format_, lang, out)
    return ExitCode.FINDINGS if found["severity"].eq(Severity.ERROR).any() else ExitCode.DONE


@app.command()
@guarded
def add(
    file: Annotated[Path | None, typer.Argument(help="A filled template, CSV or XLSX.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would be added; write nothing.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Restore the tables as before the last addition.")] = False,
    template: Annotated[Path | None, typer.Option("--template", help="Write an empty template there.")] = None,
    lang: Lang = "vi",
    data: Data = None,
) -> int | None:
    """Add newly published figures from a template; all or nothing."""
    from stats.reports import adding

    for line in adding.run(file, dry_run=dry_run, undo=undo, blank=template, lang=lang, data=data):
        print(line)
    return None


@app.command()
@guarded
def report(
    kind: Annotated[str, typer.Argument(help="period, briefing, programme, coverage or comparison.")],
    place: Annotated[
        str | None, typer.Option("--place", help="Body (default: Hà Nội; coverage: all; comparison: not used).")
    ] = None,
    period: Annotated[str | None, typer.Option("--period", help="Period (default: 2020-2025/half).")] = None,
    lang: Annotated[str, typer.Option("--lang", help="vi, en, or both: vi,en.")] = "vi",
    to: Annotated[str, typer.Option("--to", help="Formats: html,ipynb,pdf,docx,pptx,xlsx,png,svg.")] = "html,ipynb",
    date: Annotated[str, typer.Option("--date", help="Date on the report (default: newest source used).")] = "",
    assets: Annotated[str, typer.Option("--assets", help="inline or shared.")] = "inline",
    out: Out = None,
    data: Data = None,
) -> int | None:
    """Render one report."""
    from stats.reports.progress import Progress
    from stats.reports.request import open_data
    from stats.reports.request import request as checked

    given = str(data.resolve()) if data else ""
    wanted = checked(
        open_data(data),
        kind,
        place=place,
        period=period,
        lang=lang,
        formats=to,
        date=date,
        assets=assets,
        out=out,
        data=given,
    )
    from stats.reports.run import build

    missing = None
    for one in wanted:
        with Progress(one.parameters.lang) as progress:
            built = build(one, step=progress.step)
        for path in built.paths:
            print(_shown(path))
        missing = built.missing or missing
    if missing:
        fail(missing)
        return missing.exit_code
    return None


@app.command()
@guarded
def chart(
    name: Annotated[str, typer.Argument(help="Chart name; see: discipline-stats list charts.")],
    place: Annotated[
        str,
        typer.Option(
            "--place", help="Body, with or without marks: 'Hà Nội', ha-noi, Hanoi; charts on all bodies take none."
        ),
    ] = "",
    period: PeriodKey = "2020-2025/half",
    lang: Lang = "vi",
    to: Annotated[str, typer.Option("--to", help="Formats: png,svg,pdf,html,json.")] = "png,svg",
    size: Annotated[str, typer.Option("--size", help="page, half or slide.")] = "page",
    out: Out = None,
    data: Data = None,
) -> int | None:
    """Write one chart: pictures, PDF, a fragment for a web page (html), its words and data (json)."""
    from stats.reports.chart import write

    made = write(_book(data), name, place=place, period=period, lang=lang, formats=to, size=size, out=out)
    for path in made:
        print(_shown(path))
    return None


@app.command()
@guarded
def export(
    to: Annotated[str, typer.Option("--to", help="Formats: csv,parquet.")] = "csv,parquet",
    zip_: Annotated[bool, typer.Option("--zip", help="Write the same as one file OUT.zip too.")] = False,
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder of the package (default: reports/output/data-package).", parser=_named),
    ] = None,
    lang: Lang = "vi",
    data: Data = None,
) -> int | None:
    """Write the curated tables and code lists as a data package: CSV, Parquet and their description."""
    from stats.reports import exporting
    from stats.reports.progress import Progress

    with Progress(lang) as progress:
        made = exporting.run(data, formats=to, out=out, zipped=zip_, step=progress.step)
    for path in made:
        print(_shown(path))
    return None


@app.command()
@guarded
def sample(
    out: Annotated[
        Path | None,
        typer.Option("--out", help="Folder to write (default: reports/output/SYNTHETIC).", parser=_named),
    ] = None,
    lang: Lang = "vi",
) -> int | None:
    """Write a data folder of made-up months of 34 bodies, marked SYNTHETIC, to try every command on."""
    from stats.reports import sampling
    from stats.reports.progress import Progress

    with Progress(lang) as progress:
        lines = sampling.run(out, lang=lang, step=progress.step)
    for line in lines:
        print(line)
    return None


@app.command()
@guarded
def plan(
    why: Annotated[bool, typer.Option("--why", help="Name what changed, or what is missing.")] = False,
    every: Annotated[bool, typer.Option("--all", help="List also what is done.")] = False,
    format_: Annotated[str, typer.Option("--format", help="table or json.")] = "table",
    catalogue: Annotated[Path | None, typer.Option("--catalogue", help="Catalogue (default: the project's).")] = None,
    date: Annotated[str, typer.Option("--date", help="Plan for this day (YYYY-MM-DD) instead of today.")] = "",
    lang: Lang = "vi",
    out: Out = None,
    data: Data = None,
) -> int | None:
    """Show what is due, stale, failed, blocked, embargoed or upcoming."""
    from stats import codes
    from stats.reports import resources
    from stats.reports.production import plan as plans

    place = data.resolve() if data else codes.default_data()
    words = codes.load(place)
    folder, given = out or resources.output_folder(), str(place) if data else ""
    planned = plans.opened(place, folder, plans.day(date), words, catalogue=catalogue, given=given)
    print(plans.text(planned, words, format_, lang, why=why, every=every), end="")
    return None


@app.command()
@guarded
def run(
    due: Annotated[bool, typer.Option("--due", help="Make what is due or has changed (default).")] = False,
    every: Annotated[bool, typer.Option("--all", help="Make whatever can be made, also what failed before.")] = False,
    failed: Annotated[bool, typer.Option("--failed", help="Make what failed before.")] = False,
    jobs: Annotated[
        int | None, typer.Option("--jobs", min=1, help="Reports at once (default: as cores and memory allow).")
    ] = None,
    engine: Annotated[str, typer.Option("--engine", help="discipline or kernel.")] = "discipline",
    executor: Annotated[str, typer.Option("--executor", help="local (this machine) or dask (a cluster).")] = "local",
    scheduler: Annotated[str, typer.Option("--scheduler", help="Address of the dask scheduler.")] = "",
    timeout: Annotated[float, typer.Option("--timeout", min=1, help="Seconds a report may take.")] = 300,
    wait: Annotated[float, typer.Option("--wait", min=0, help="Seconds to wait for another run to end.")] = 0,
    catalogue: Annotated[Path | None, typer.Option("--catalogue", help="Catalogue (default: the project's).")] = None,
    date: Annotated[str, typer.Option("--date", help="Plan for this day (YYYY-MM-DD) instead of today.")] = "",
    quiet: Annotated[bool, typer.Option("--quiet", help="Show failures only.")] = False,
    lang: Lang = "vi",
    out: Out = None,
    data: Data = None,
) -> int | None:
    """Make the reports of the catalogue that are due; again only what has changed."""
    from stats import codes
    from stats.reports import resources
    from stats.reports.production import batch, cluster
    from stats.reports.production import plan as plans

    execute, jobs = cluster.chosen(executor, scheduler, jobs)
    place = data.resolve() if data else codes.default_data()
    order = batch.Order(batch.selection(due=due, all=every, failed=failed), jobs, engine, timeout, 1, wait, lang, quiet)
    folder, given = out or resources.output_folder(), str(place) if data else ""
    words, day = codes.load(place), plans.day(date)
    return batch.run(order, place, folder, day, words, catalogue=catalogue, given=given, execute=execute)


@app.command("app")
@guarded
def app_(
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port on this machine; 0: a free one.")] = 8050,
    open_: Annotated[bool, typer.Option("--open/--no-browser", help="Open the page in the browser.")] = False,
    lang: Lang = "vi",
    data: Data = None,
) -> int | None:
    """Serve the explorer as a local page, on this machine only, until Ctrl-C."""
    try:
        from stats.app import run as serve
    except ModuleNotFoundError as error:
        if error.name not in ("dash", "flask", "werkzeug"):
            raise
        raise MissingSystemPackageError(
            "The local page needs the package dash, which is not installed. Install it: make setup, or "
            "pip install 'discipline-stats[app]'.",
            "Trang tra cứu cần gói dash nhưng gói này chưa được cài. Hãy cài: make setup, hoặc "
            "pip install 'discipline-stats[app]'.",
        ) from None
    serve(port, lang, data, browse=open_)
    return None


def _book(data: Path | None) -> Book:
    from stats import indicators as catalogue

    return catalogue.open_book(data)


def _shown(path: Path) -> Path:
    return path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path


def main() -> None:
    """Run the command line."""
    # Vietnamese must print whatever the terminal's locale (a bare C locale is common on servers).
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    app()


if __name__ == "__main__":
    main()
