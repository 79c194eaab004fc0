"""The picture of README: CPU of a request against sessions, groups and connections, as SVG."""

import math

WIDTH, HEIGHT = 900, 306
LEFT, TOP, PANEL, GAP, PLOT = 52, 62, 244, 40, 196
STYLE = """
text { font: 12px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 13px; }
.small { font-size: 11px; fill: #59636e; }
.grid { stroke: #d1d9e0; stroke-width: 1; }
.line { fill: none; stroke-width: 2.5; }
.a { stroke: #0969da; fill: #0969da; }
.b { stroke: #bc4c00; fill: #bc4c00; }
.c { stroke: #6e7781; fill: #6e7781; stroke-dasharray: 5 3; }
.line.a, .line.b, .line.c { fill: none; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .small { fill: #9198a1; } .grid { stroke: #3d444d; }
  .a { stroke: #4493f8; fill: #4493f8; } .b { stroke: #f0883e; fill: #f0883e; } .c { stroke: #9198a1; fill: #9198a1; }
}
"""


def draw(curves, lines):
    """Returns the picture of these curves, one panel each; `lines` names the lines."""
    most = nice(max(value for curve in curves for _, values in curve.points for value in values))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img">',
        f"<title>CPU of a request by {', '.join(curve.title.lower() for curve in curves)}</title>",
        f"<style>{STYLE}</style>",
    ]
    parts += legend(lines)
    for number, curve in enumerate(curves):
        parts += panel(curve, LEFT + number * (PANEL + GAP), most)
    return "\n".join([*parts, "</svg>", ""])


def legend(lines):
    parts, x = [f'<text x="{LEFT - 40}" y="20" class="title">CPU of a request, µs</text>'], LEFT + 120
    for style, name in zip("abc", lines):
        parts.append(f'<line x1="{x}" x2="{x + 26}" y1="16" y2="16" class="line {style}"/>')
        parts.append(f'<text x="{x + 32}" y="20">{name}</text>')
        x += 56 + 6 * len(name)
    return parts


def panel(curve, left, most):
    bottom = TOP + PLOT
    parts = [f'<text x="{left}" y="{TOP - 14}" class="title">{curve.title}</text>']
    for step in range(5):
        value = most * step / 4
        y = bottom - PLOT * step / 4
        parts.append(f'<line x1="{left}" x2="{left + PANEL}" y1="{y:.1f}" y2="{y:.1f}" class="grid"/>')
        parts.append(f'<text x="{left - 6}" y="{y + 4:.1f}" class="small" text-anchor="end">{value:g}</text>')
    places = [left + 8 + (PANEL - 16) * share for share in shares(curve)]
    last = left - PANEL
    for place, (x, _) in zip(places, curve.points):
        if place - last < 18:
            continue  # its label would touch the last one
        last = place
        parts.append(f'<text x="{place:.1f}" y="{bottom + 18}" class="small" text-anchor="middle">{short(x)}</text>')
    middle = left + PANEL / 2
    parts.append(f'<text x="{middle}" y="{bottom + 38}" class="small" text-anchor="middle">{curve.unit}</text>')
    for number, style in enumerate("abc"):
        heights = [bottom - PLOT * values[number] / most for _, values in curve.points]
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in zip(places, heights))
        parts.append(f'<polyline points="{points}" class="line {style}"/>')
        if style != "c":
            parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" class="{style}"/>' for x, y in zip(places, heights)]
    return parts


def shares(curve):
    """Returns where the points are between the ends of the x axis, from 0 to 1."""
    values = [math.log(x) if curve.log_scale else x for x, _ in curve.points]
    return [(value - values[0]) / (values[-1] - values[0]) for value in values]


def short(number):
    for size, letter in ((1_000_000, "M"), (1_000, "k")):
        if number >= size:
            return f"{number // size}{letter}"
    return str(number)


def nice(value):
    """Returns the next higher number whose quarters read well."""
    size = 10 ** math.floor(math.log10(value))
    return next(step * size for step in (1, 1.2, 1.6, 2, 2.4, 3.2, 4, 6, 8, 10) if step * size >= value)
