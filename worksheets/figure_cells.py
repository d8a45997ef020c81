"""Cells that draw a function with its derivative, as the functions above them compute it."""

from worksheets.cells import Cell, code_cell
from worksheets.questions import Question


def figure(asked: Question) -> Cell | None:
    """Return the cell that draws a question's function; None where a plane shows nothing of it."""
    from derive.entry import ScalarEntry

    entry = asked.entry
    if not isinstance(entry, ScalarEntry):
        return None
    count = len(entry.arguments)
    if count == 1:
        source = _curve(asked)
    elif count == 2 and len(entry.targets) == 2:
        source = _surface(asked)
    elif count == 2:
        source = _loss(asked)
    else:
        return None
    return code_cell(f"{asked.name}-figure", source, role="figure")


def _curve(asked: Question) -> str:
    name, (x,) = asked.entry.name, asked.entry.arguments
    return f"""\
{x} = np.linspace(-5, 5, 401)
figure, axes = plt.subplots(figsize=(6, 3))
axes.plot({x}, {name}({x}), label="{asked.entry.title}")
axes.plot({x}, np.broadcast_to({name}_grad_{x}({x}), {x}.shape), "--", label="derivative")
axes.set_xlabel("{x}")
axes.legend()
axes.grid(alpha=0.3)
plt.show()
"""


def _surface(asked: Question) -> str:
    name, (x, y) = asked.entry.name, asked.entry.arguments
    return f"""\
{x}, {y} = np.meshgrid(np.linspace(-4, 4, 161), np.linspace(-4, 4, 161))
figure, axes = plt.subplots(figsize=(5.4, 4.6))
drawn = axes.contourf({x}, {y}, {name}({x}, {y}), 24)
figure.colorbar(drawn, label="{asked.entry.title}")
{x}, {y} = {x}[4::8, 4::8], {y}[4::8, 4::8]
axes.quiver({x}, {y}, {name}_grad_{x}({x}, {y}), {name}_grad_{y}({x}, {y}), color="white")
axes.set(xlabel="{x}", ylabel="{y}", title="the gradient points uphill")
plt.show()
"""


def _loss(asked: Question) -> str:
    import sympy as sp

    name, (target,) = asked.entry.name, asked.entry.targets
    (label,) = (argument for argument in asked.entry.arguments if argument != target)
    values = asked.entry.variable(target).values
    bounded = isinstance(values, sp.Interval) and values.start.is_finite and values.end.is_finite
    low, high = (float(values.start) + 0.02, float(values.end) - 0.02) if bounded else (-6.0, 6.0)
    called = ", ".join(asked.entry.arguments)
    return f"""\
{target} = np.linspace({low:g}, {high:g}, 401)
figure, (left, right) = plt.subplots(1, 2, figsize=(9, 3))
for {label} in (0.0, 1.0):
    left.plot({target}, {name}({called}), label=f"{label} = {{{label}:g}}")
    right.plot({target}, {name}_grad_{target}({called}), label=f"{label} = {{{label}:g}}")
left.set(xlabel="{target}", title="loss")
right.set(xlabel="{target}", title="derivative")
for axes in (left, right):
    axes.legend()
    axes.grid(alpha=0.3)
plt.show()
"""
