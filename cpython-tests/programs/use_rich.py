"""Tables, trees, panels, markdown, syntax, columns and progress text for a terminal of fixed width."""

import sys

from rich import box
from rich.columns import Columns
from rich.console import Console
from rich.markdown import Markdown
from rich.padding import Padding
from rich.panel import Panel
from rich.pretty import Pretty
from rich.rule import Rule
from rich.syntax import Syntax
from rich.table import Table
from rich.text import Text
from rich.tree import Tree

for system, terminal in ((None, False), ("truecolor", True), ("standard", True)):
    console = Console(file=sys.stdout, width=78, color_system=system, force_terminal=terminal, legacy_windows=False)
    for style in box.ROUNDED, box.ASCII, box.HEAVY_HEAD, box.MINIMAL:
        table = Table(title="A [b]table[/b]", box=style, show_lines=style is box.ASCII, caption="below")
        table.add_column("Left", style="cyan", no_wrap=True)
        table.add_column("Right", justify="right", style="magenta")
        table.add_column("Wrapped", max_width=20)
        for i in range(4):
            table.add_row(f"row {i}", f"{i * 1234.5:,.2f}", "日本語 text that is long enough to wrap " * (i % 2 + 1))
        console.print(table)
    tree = Tree("root")
    branch = tree.add("[red]branch")
    branch.add(Panel("in a panel", title="t"))
    tree.add(Syntax("def f(x):\n    return x + 1", "python", line_numbers=True, theme="ansi_dark"))
    console.print(tree, Rule("rule"), Padding("padded", (1, 4)))
    console.print(Markdown("# Title\n\n1. one\n2. *two*\n\n> quote\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n"))
    console.print(Columns([f"item {i}" for i in range(17)], equal=True))
    console.print(Pretty({"a": [1, 2, {"b": (None, True, 1.5)}], "c": "x" * 90}), Text.from_ansi("\x1b[31mred\x1b[0m"))
    console.print("[bold]markup[/] :smile: 12 'text' http://example.invalid True", [1, 2], {"k": None})
