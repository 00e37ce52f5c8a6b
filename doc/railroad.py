#!/usr/bin/env python3
"""Draws the grammar in doc/recipes.md as a railroad diagram: an SVG on stdout.

Reads the block ```ebnf of the file in the first argument (ISO/IEC 14977): rules
of literals, names, sequences, choices and options.
"""

import html
import re
import sys

CHAR = 8.4  # the width of a character of 14 pixels
ROW = 34    # from one track to the next
PAD = 12    # between a text and its frame
GAP = 16    # between two parts
TOKEN = re.compile(r'\s*("[^"]*"|[a-z]+|[=,|;\[\]])')


def rules(text):
    """The rules of a document, by name, in order."""
    block = re.search(r"```ebnf\n(.*?)```", text, re.S).group(1)
    tokens = TOKEN.findall(re.sub(r"\(\*.*?\*\)", "", block, flags=re.S))
    found = {}
    while tokens:
        name = tokens.pop(0)
        take(tokens, "=")
        found[name] = choice(tokens)
        take(tokens, ";")
    return found


def take(tokens, wanted):
    if not tokens or tokens.pop(0) != wanted:
        sys.exit(f"expected {wanted} in the grammar")


def choice(tokens):
    parts = [sequence(tokens)]
    while tokens[0] == "|":
        tokens.pop(0)
        parts.append(sequence(tokens))
    return parts[0] if len(parts) == 1 else ("choice", parts)


def sequence(tokens):
    parts = [item(tokens)]
    while tokens[0] == ",":
        tokens.pop(0)
        parts.append(item(tokens))
    return parts[0] if len(parts) == 1 else ("sequence", parts)


def item(tokens):
    token = tokens.pop(0)
    if token == "[":
        inner = choice(tokens)
        take(tokens, "]")
        return ("option", [inner])
    return ("literal" if token.startswith('"') else "name", token.strip('"'))


def size(node):
    """The width and the number of tracks."""
    kind, parts = node
    if kind in ("literal", "name"):
        return CHAR * len(parts) + 2 * PAD, 1
    sizes = [size(part) for part in parts]
    if kind == "sequence":
        return (sum(width for width, _ in sizes) + GAP * (len(parts) - 1),
                max(tracks for _, tracks in sizes))
    return (max(width for width, _ in sizes) + 4 * GAP,
            sum(tracks for _, tracks in sizes) + (kind == "option"))


def line(x, y, to_x, out):
    if to_x > x:
        out.append(f'<path d="M{x:.1f} {y:.1f}H{to_x:.1f}"/>')


def draw_text(node, x, y, out):
    kind, text = node
    width = size(node)[0]
    out.append(f'<rect class="{kind}" x="{x:.1f}" y="{y - 12:.1f}" '
               f'width="{width:.1f}" height="24"'
               f'{" rx=" + chr(34) + "12" + chr(34) if kind == "literal" else ""}/>'
               f'<text x="{x + width / 2:.1f}" y="{y + 5:.1f}">'
               f'{html.escape(text)}</text>')


def draw_sequence(parts, x, y, out):
    for i, part in enumerate(parts):
        if i:
            line(x, y, x + GAP, out)
            x += GAP
        draw(part, x, y, out)
        x += size(part)[0]


def draw_branch(part, x, y, down, width, out):
    """One way of a choice, `down` below the main track."""
    inner = width - 4 * GAP
    start, end = x + 2 * GAP, x + width - 2 * GAP
    if down:
        out.append(f'<path d="M{x:.1f} {y:.1f}q{GAP} 0 {GAP} {GAP}'
                   f'V{y + down - GAP:.1f}q0 {GAP} {GAP} {GAP}"/>'
                   f'<path d="M{end:.1f} {y + down:.1f}q{GAP} 0 {GAP} -{GAP}'
                   f'V{y + GAP:.1f}q0 -{GAP} {GAP} -{GAP}"/>')
    else:
        line(x, y, start, out)
        line(end, y, x + width, out)
    used = size(part)[0] if part else 0
    if part:
        draw(part, start, y + down, out)
    line(start + used, y + down, start + inner, out)


def draw(node, x, y, out):
    kind, parts = node
    if kind in ("literal", "name"):
        draw_text(node, x, y, out)
        return
    if kind == "sequence":
        draw_sequence(parts, x, y, out)
        return
    down = 0
    for part in ([None] if kind == "option" else []) + parts:
        draw_branch(part, x, y, down, size(node)[0], out)
        down += ROW * (size(part)[1] if part else 1)


def wrapped(node, most):
    """A long sequence as several lines."""
    lines = [[]]
    for part in node[1] if node[0] == "sequence" else [node]:
        row = ("sequence", lines[-1] + [part])
        if lines[-1] and size(row)[0] > most:
            lines.append([])
        lines[-1].append(part)
    return [("sequence", parts) for parts in lines]


def diagram(grammar):
    out, y, right = [], 20, 0
    for name, node in grammar.items():
        out.append(f'<text class="rule" x="10" y="{y + 5}">{name}</text>')
        y += ROW
        for row in wrapped(node, 760):
            width, tracks = size(row)
            line(10, y, 40, out)
            draw(row, 40, y, out)
            line(40 + width, y, 70 + width, out)
            right = max(right, 80 + width)
            y += ROW * tracks
        y += 14
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{right:.0f}" '
            f'height="{y:.0f}" viewBox="0 0 {right:.0f} {y:.0f}">\n'
            "<style>path,rect{fill:none;stroke:#444;stroke-width:1.5}"
            "rect{fill:#fff}rect.literal{fill:#e8f0fb}"
            "text{font:14px monospace;text-anchor:middle;fill:#111}"
            "text.rule{font-weight:bold;text-anchor:start}</style>\n"
            '<rect width="100%" height="100%" style="stroke:none"/>\n'
            + "\n".join(out) + "\n</svg>")


if __name__ == "__main__":
    with open(sys.argv[1], encoding="utf-8") as document:
        print(diagram(rules(document.read())))
