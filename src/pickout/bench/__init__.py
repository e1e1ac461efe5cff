"""Benchmarks: how many clicks, how well found, how fast.

Every benchmark is a plain function that returns one record ready for JSON, with the machine,
the versions, the seed and the command in it:

- ``noc.run_noc(folder, options=NocOptions(), progress=None) -> dict``
- ``hints.run_hints(folder, options=HintsOptions(), progress=None) -> dict``
- ``find.run_find(folder, options=FindOptions(), progress=None) -> dict``
- ``speed.run_speed(options=SpeedOptions(), progress=None) -> dict``
- ``tables.format_table(result) -> str`` — any of these records as a Markdown table
- ``tables.write_result(result, path, overwrite=False)`` — as JSON, atomically

`folder` is a path or the short name of a set below the data folder (``options.data`` or the
environment variable PICKOUT_DATA). `progress` gets `pickout.progress.Progress` records.
The option records live in `pickout.bench.options`, which imports nothing heavy.
"""
