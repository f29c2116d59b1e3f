"""Reads CSS into what the rules ask about. Nothing here recurses: how deep brackets go is anybody's choice."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import tinycss2
from tinycss2 import ast


@dataclass(frozen=True, slots=True)
class Declaration:
    """``name: value``, with what is in the value at any depth in small letters.

    ``line`` counts from 1 in its text. ``spaced_colour``: one is written the newer way, ``rgb(0 128 0)``.
    ``tight_important``: no space stands before ``!important``.
    """

    name: str
    line: int
    words: tuple[str, ...]
    functions: tuple[str, ...]
    sizes: tuple[tuple[float, str], ...]
    addresses: tuple[str, ...]
    important: bool
    tight_important: bool
    spaced_colour: bool
    translucent_rgb: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """What is no CSS."""

    line: int
    reason: str


@dataclass(frozen=True, slots=True)
class StyleRule:
    """``selector`` is its tokens as text: names with their dot, hash, colon or bracket; combinators by themselves."""

    line: int
    selector: tuple[str, ...]
    content: tuple["Item", ...]


@dataclass(frozen=True, slots=True)
class AtRule:
    line: int
    name: str
    words: tuple[str, ...]
    content: tuple["Item", ...]


Item = Declaration | Fault | StyleRule | AtRule
_WITH_ALPHA = 4
DEEPEST = 4
"""How far rules are read inside each other; mails have two at most."""


def declarations(style: str) -> tuple[Item, ...]:
    """What a ``style`` attribute holds."""
    return _items(tinycss2.parse_blocks_contents(style, skip_comments=True, skip_whitespace=True))


def rules(sheet: str) -> tuple[Item, ...]:
    return _items(tinycss2.parse_stylesheet(sheet, skip_comments=True, skip_whitespace=True))


def _items(nodes: Iterable[ast.Node], depth: int = 0) -> tuple[Item, ...]:
    return tuple(_item(node, depth) for node in nodes)


def _item(node: ast.Node, depth: int) -> Item:
    if isinstance(node, ast.Declaration):
        return _declaration(node)
    if isinstance(node, ast.QualifiedRule):
        return StyleRule(node.source_line, _selector(node.prelude), _content(node, depth))
    if isinstance(node, ast.AtRule):
        words = tuple(token.lower_value for token in _all(node.prelude) if isinstance(token, ast.IdentToken))
        return AtRule(node.source_line, node.lower_at_keyword, words, _content(node, depth))
    return Fault(node.source_line, getattr(node, "message", "unexpected text"))


def _content(rule: ast.QualifiedRule | ast.AtRule, depth: int) -> tuple[Item, ...]:
    if rule.content is None or depth >= DEEPEST:
        return ()
    inside = tinycss2.parse_blocks_contents(rule.content, skip_comments=True, skip_whitespace=True)
    return _items(inside, depth + 1)


def _declaration(node: ast.Declaration) -> Declaration:
    tokens = tuple(_all(node.value))
    blocks = [token for token in tokens if isinstance(token, ast.FunctionBlock)]
    return Declaration(
        name=node.lower_name,
        line=node.source_line,
        words=tuple(token.lower_value for token in tokens if isinstance(token, ast.IdentToken)),
        functions=tuple(block.lower_name for block in blocks),
        sizes=tuple(_sizes(tokens)),
        addresses=tuple(_addresses(tokens)),
        important=node.important,
        tight_important=node.important and not (node.value and isinstance(node.value[-1], ast.WhitespaceToken)),
        spaced_colour=any(block.lower_name in {"rgb", "rgba"} and _is_spaced(block) for block in blocks),
        translucent_rgb=any(block.lower_name == "rgb" and len(_numbers(block)) == _WITH_ALPHA for block in blocks),
    )


def _all(tokens: Iterable[ast.Node]) -> Iterator[ast.Node]:
    waiting = list(tokens)[::-1]
    while waiting:
        token = waiting.pop()
        yield token
        inside = getattr(token, "arguments", None) or getattr(token, "content", None)
        if isinstance(inside, list):
            waiting.extend(reversed(inside))


def _sizes(tokens: Iterable[ast.Node]) -> Iterator[tuple[float, str]]:
    for token in tokens:
        if isinstance(token, ast.DimensionToken):
            yield token.value, token.lower_unit
        elif isinstance(token, ast.PercentageToken):
            yield token.value, "%"
        elif isinstance(token, ast.NumberToken):
            yield token.value, ""


def _addresses(tokens: Iterable[ast.Node]) -> Iterator[str]:
    for token in tokens:
        if isinstance(token, ast.URLToken):
            yield token.value
        elif isinstance(token, ast.FunctionBlock) and token.lower_name == "url":
            yield from (inside.value for inside in token.arguments if isinstance(inside, ast.StringToken))


def _is_spaced(colour: ast.FunctionBlock) -> bool:
    commas = any(isinstance(token, ast.LiteralToken) and token.value == "," for token in colour.arguments)
    return len(_numbers(colour)) > 1 and not commas


def _numbers(colour: ast.FunctionBlock) -> list[ast.Node]:
    return [token for token in colour.arguments if isinstance(token, (ast.NumberToken, ast.PercentageToken))]


def _selector(prelude: Iterable[ast.Node]) -> tuple[str, ...]:
    parts: list[str] = []
    for token in prelude:
        if isinstance(token, ast.IdentToken):
            is_marked = parts and parts[-1] in {".", ":", "::"}
            parts.append(parts.pop() + token.lower_value if is_marked else token.lower_value)
        elif isinstance(token, ast.HashToken):
            parts.append(f"#{token.value}")
        elif isinstance(token, ast.FunctionBlock):
            colon = parts.pop() if parts and parts[-1] in {":", "::"} else ""
            parts.append(f"{colon}{token.lower_name}()")
        elif isinstance(token, ast.SquareBracketsBlock):
            parts.append("[" + "".join(str(getattr(inside, "value", "")) for inside in token.content) + "]")
        elif isinstance(token, ast.WhitespaceToken):
            parts.append(" ")
        elif isinstance(token, ast.LiteralToken):
            parts.append(parts.pop() + ":" if token.value == ":" and parts and parts[-1] == ":" else token.value)
    return tuple(parts)
