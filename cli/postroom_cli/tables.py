"""Tables that stay readable on a narrow terminal, where each row becomes a block of lines."""

from collections.abc import Sequence
from dataclasses import dataclass

from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.table import Table
from rich.text import Text

from postroom_cli.visible import shown

Cell = str | Text

_GAP = 2
_LONGEST_WORD = 20


@dataclass(frozen=True, slots=True)
class Rows:
    """``keep``: how many of the first columns are never broken: ids and addresses, to be copied."""

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    keep: int = 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        if not self.rows:
            yield Text("None.")
            return
        if self._least_width() > options.max_width:
            yield Group(*(self._block(row) for row in self.rows))
        else:
            yield self._table()

    def _least_width(self) -> int:
        """Below it, columns would be broken in the middle of words."""
        cells = [[as_text(cell).plain for cell in column] for column in zip(self.columns, *self.rows, strict=True)]
        whole = (max(map(cell_len, column)) for column in cells[: self.keep])
        broken = (max(_longest_word(cell) for cell in column) for column in cells[self.keep :])
        return sum(whole) + sum(broken) + _GAP * (len(cells) - 1)

    def _table(self) -> Table:
        table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="bold")
        for number, name in enumerate(self.columns):
            table.add_column(name, overflow="fold", no_wrap=number < self.keep)
        for row in self.rows:
            table.add_row(*map(as_text, row))
        return table

    def _block(self, row: Sequence[Cell]) -> RenderableType:
        pairs = [(name, cell) for name, cell in zip(self.columns, row, strict=True) if as_text(cell).plain]
        return Group(pairs_table(pairs), Text(""))


def pairs_table(pairs: Sequence[tuple[str, Cell]]) -> Table:
    """One thing, a line for each of its properties that there is."""
    table = Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), show_header=False)
    table.add_column("", style="bold", no_wrap=True)
    table.add_column("", overflow="fold")
    for name, cell in pairs:
        if as_text(cell).plain:
            table.add_row(name, as_text(cell))
    return table


def as_text(cell: Cell) -> Text:
    return shown(cell) if isinstance(cell, str) else cell


def _longest_word(text: str) -> int:
    return min(_LONGEST_WORD, max(map(cell_len, text.split()), default=0))


_STYLES = {
    **dict.fromkeys(("active", "sent", "delivered", "ok"), "green"),
    **dict.fromkeys(("error", "failed", "bounced", "complained", "wrong", "suppressed"), "red"),
    **dict.fromkeys(("pending", "untested", "deferred", "uncertain", "inactive", "warning"), "yellow"),
}


def status(word: str) -> Text:
    return shown(word, _STYLES.get(word, ""))
