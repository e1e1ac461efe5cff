"""`pickout bench`: measure clicks, hints, search and speed, with everything needed to repeat it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from pickout.bench import options as bench_options
from pickout.cli import options as shared
from pickout.cli.console import Console

app = typer.Typer(
    help="Measure clicks, hints, search and speed, with machine, versions, seed and command.",
    no_args_is_help=True,
)

Set = Annotated[
    str, typer.Argument(metavar="SET", help="A folder, or a set's name below the data folder.")
]
Data = Annotated[
    Path | None,
    typer.Option("--data", metavar="FOLDER", envvar="PICKOUT_DATA", help="Folder with all sets."),
]
Limit = Annotated[
    int | None,
    typer.Option("--limit", metavar="N", min=1, help="Only so many, drawn with the seed."),
]
Workers = Annotated[int, typer.Option(min=1, help="Processes that share the work.")]
Seed = Annotated[int, typer.Option("--seed", help="Seed of everything that is drawn.")]


def _run(
    measure: Callable[..., Any],
    arguments: tuple[object, ...],
    json: str | None,
    overwrite: bool,
    quiet: bool,
) -> None:
    """Run a benchmark; print its table, write its record."""
    from pickout.bench.tables import dump_result, format_table

    console = Console(quiet, json, overwrite)
    with console.progress() as listener:
        result = measure(*arguments, progress=listener)
    console.say(format_table(result))
    console.write_json_text(dump_result(result))


@app.command(
    no_args_is_help=True,
    epilog="Example:\n\n  pickout bench noc grabcut50 -s superpixel -s grabcut --json noc.json",
)
def noc(
    folder: Set,
    segmenters: Annotated[
        list[str] | None,
        typer.Option(
            "--segmenter",
            "-s",
            metavar="NAME",
            autocompletion=shared.complete_segmenters,
            help="A method, or 'all'; may be repeated. (default: superpixel)",
        ),
    ] = None,
    prompts: Annotated[
        str, typer.Option(help=f"What is given: {', '.join(bench_options.PROMPTS)}.")
    ] = "clicks",
    max_clicks: Annotated[int, typer.Option(min=1, help="Give up after so many.")] = 20,
    run_on: Annotated[
        bool, typer.Option("--run-on", help="Go on to the last click, for curves.")
    ] = False,
    workers: Workers = 1,
    limit: Limit = None,
    seed: Seed = 0,
    data: Data = None,
    json: shared.Json = None,
    overwrite: shared.Overwrite = False,
    quiet: shared.Quiet = False,
) -> None:
    """Count a robot's clicks until the mask is good: NoC@85, NoC@90, failures apart."""
    from pickout.bench.noc import run_noc

    names = tuple(segmenters or [bench_options.DEFAULT_SEGMENTER])
    if "all" in names:
        names = bench_options.ALL_SEGMENTERS
    options = bench_options.NocOptions(
        segmenters=names, prompts=prompts, max_clicks=max_clicks, run_on=run_on,
        limit=limit, seed=seed, workers=workers, data=data,
    )  # fmt: skip
    _run(run_noc, (folder, options), json, overwrite, quiet)


@app.command(
    no_args_is_help=True,
    epilog="Example:\n\n  pickout bench hints duts_te300 --limit 30 --json hints.json",
)
def hints(
    folder: Set,
    segmenter: shared.SegmenterName = bench_options.DEFAULT_SEGMENTER,
    workers: Workers = 1,
    limit: Limit = None,
    seed: Seed = 0,
    data: Data = None,
    json: shared.Json = None,
    overwrite: shared.Overwrite = False,
    quiet: shared.Quiet = False,
) -> None:
    """Measure what hints are worth: previews under the pointer, and answers to doubts."""
    from pickout.bench.hints import run_hints

    options = bench_options.HintsOptions(
        segmenter=segmenter, limit=limit, seed=seed, workers=workers, data=data
    )
    _run(run_hints, (folder, options), json, overwrite, quiet)


@app.command(
    no_args_is_help=True,
    epilog="Example:\n\n  pickout bench find flickrlogos27 --classes odd --json find.json",
)
def find(
    folder: Set,
    queries: Annotated[
        str, typer.Option(help=f"What is asked: {', '.join(bench_options.QUERIES)}.")
    ] = "auto",
    classes: Annotated[
        str, typer.Option(help=f"Which classes: {', '.join(bench_options.HALVES)}.")
    ] = "all",
    leave_out: Annotated[
        list[str] | None,
        typer.Option(
            "--leave-out",
            metavar="CLASS",
            help="A class never asked for; may be repeated. (default: backgrounds like sky)",
        ),
    ] = None,
    control: Annotated[
        bool, typer.Option(" /--no-control", help="Do not ask for backgrounds as a control.")
    ] = True,
    library: Annotated[
        Path | None, typer.Option("--library", metavar="FILE", help="Keep the library here.")
    ] = None,
    limit: Limit = None,
    seed: Seed = 0,
    data: Data = None,
    json: shared.Json = None,
    overwrite: shared.Overwrite = False,
    quiet: shared.Quiet = False,
) -> None:
    """Measure how well objects are found: mAP, P@1, P@10, hits in the right place."""
    from pickout.bench.find import run_find

    options = bench_options.FindOptions(
        queries=queries, classes=classes, control=control, library=library, limit=limit,
        seed=seed, data=data,
        leave_out=bench_options.STUFF if leave_out is None else tuple(leave_out),
    )  # fmt: skip
    _run(run_find, (folder, options), json, overwrite, quiet)


@app.command(
    epilog="Example:\n\n  pickout bench speed --megapixels 1 --megapixels 12 --json speed.json"
)
def speed(
    segmenter: shared.SegmenterName = bench_options.DEFAULT_SEGMENTER,
    megapixels: Annotated[
        list[float] | None,
        typer.Option(
            metavar="MP", help="A picture size; may be repeated. (default: 0.15 1 4 12 48)"
        ),
    ] = None,
    clicks: Annotated[int, typer.Option(min=2, help="Clicks per picture.")] = 10,
    repeats: Annotated[int, typer.Option(min=1, help="Rounds; medians are told.")] = 3,
    photo: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Photo to make the pictures from.")
    ] = None,
    search: Annotated[
        bool, typer.Option(" /--no-search", help="Leave indexing and finding out.")
    ] = True,
    seed: Seed = 0,
    json: shared.Json = None,
    overwrite: shared.Overwrite = False,
    quiet: shared.Quiet = False,
) -> None:
    """Measure time and memory of opening, clicks, indexing and queries."""
    from pickout.bench.speed import run_speed

    options = bench_options.SpeedOptions(
        segmenter=segmenter, clicks=clicks, repeats=repeats, photo=photo, search=search, seed=seed,
        megapixels=tuple(megapixels or bench_options.SpeedOptions().megapixels),
    )  # fmt: skip
    _run(run_speed, (options,), json, overwrite, quiet)
