"""What a command says: results to standard output, all else to standard error."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import TextIO

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from postroom_cli.errors import Unwritten
from postroom_cli.visible import harmless

_WIDTH_OF_A_FILE = 160


class Terminal:
    def __init__(self, out: TextIO, err: TextIO, environ: Mapping[str, str], *, as_json: bool, quiet: bool) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._out = _console(out, environ)
        self._err = _console(err, environ)

    @property
    def is_watched(self) -> bool:
        return self._err.is_terminal

    def show(self, people: RenderableType, document: Mapping[str, object]) -> None:
        """A result: the one as a table or text, the other with ``--json``."""
        if self.as_json:
            self.line(document)
        elif not self.quiet:
            self._print(people)

    def show_always(self, people: RenderableType, document: Mapping[str, object]) -> None:
        """A result that ``--quiet`` shows too: what is wrong, or a key that is not shown again."""
        if self.as_json:
            self.line(document)
        else:
            self._print(people)

    def line(self, document: Mapping[str, object]) -> None:
        """JSON in ASCII: no letter of it steers a terminal, and any encoding holds it."""
        with _output():
            self._out.file.write(json.dumps(document) + "\n")
            self._out.file.flush()

    def say(self, words: str) -> None:
        if not self.quiet:
            self._tell(Text(harmless(words)))

    def warn(self, lines: Iterable[str]) -> None:
        """What is wrong, also when ``--quiet``."""
        for number, line in enumerate(lines):
            self._tell(Text(harmless(line), style="red" if number == 0 else ""))

    @contextmanager
    def progress(self, what: str, total: int | None) -> Iterator["Steps"]:
        """Seen by people only, and gone when it is done. Without ``total`` it only shows that something goes on."""
        bars = (BarColumn(20), MofNCompleteColumn()) if total is not None else ()
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), *bars, TimeElapsedColumn())
        shown = self.is_watched and not self.quiet
        progress = Progress(
            *columns,
            console=self._err,
            transient=True,
            disable=not shown,
            redirect_stdout=False,  # results go to standard output, and nowhere else
            redirect_stderr=False,
        )
        with progress:
            yield Steps(progress, what, total)

    def _print(self, people: RenderableType) -> None:
        # A link that is broken into lines is none.
        is_word = isinstance(people, Text) and " " not in people.plain
        with _output():
            self._out.print(people, soft_wrap=is_word)

    def _tell(self, text: Text) -> None:
        # Where nobody can be told, the exit status is all there is.
        with suppress(OSError):
            self._err.print(text)


class Steps:
    def __init__(self, progress: Progress, what: str, total: int | None) -> None:
        self._progress = progress
        self._task = progress.add_task(harmless(what), total=total)

    def now(self, what: str) -> None:
        self._progress.update(self._task, description=harmless(what))

    def done(self, count: int = 1) -> None:
        self._progress.advance(self._task, count)


@contextmanager
def _output() -> Iterator[None]:
    """Raises Unwritten. A reader that went away, as ``head`` does, is for Typer to end."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise Unwritten(error) from error


def _console(file: TextIO, environ: Mapping[str, str]) -> Console:
    # What is redirected is read by programs or in files: its lines are not broken after 80 letters.
    width = None if file.isatty() or "COLUMNS" in environ else _WIDTH_OF_A_FILE
    return Console(
        file=file, width=width, markup=False, emoji=False, highlight=False, soft_wrap=False, _environ=dict(environ)
    )
