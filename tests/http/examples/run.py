"""Runs the example programs in Python that it is given: FILE.out gets what a
program prints, FILE.err why it failed."""

import contextlib
import io
import pathlib
import sys
import traceback

for name in sys.argv[1:]:
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(pathlib.Path(name).read_text(), name, "exec"), {})
    except BaseException:
        pathlib.Path(name + ".err").write_text(traceback.format_exc())
    pathlib.Path(name + ".out").write_text(printed.getvalue())
