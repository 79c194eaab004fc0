"""Tables that are printed while they are measured, the goals, and benches/RESULTS.md."""

import datetime

METHOD = """\
Written by `benches/run`; don't edit this file. Every server has two workers. wrk and h2load run on the same machine, so
rates and latencies at 32 connections are those of a machine at its limit. They run as batch work (`SCHED_BATCH`): each
answer wakes them, and they would interrupt the server, which isn't its cost. **CPU** is the processor time of the server's
process, divided by the number of requests. The floor is bare Actix Web (`benches/bare.rs`) with a body of the same size.
Floor and server are loaded by turns; × is the ratio to the floor, the median of {rounds} rounds of {seconds} s. What the log
and 200 groups add is the median of {rounds_of_percent} rounds. Users sign in at the certified provider of the tests, and
sessions are kept in Redis. The log level is `warn` unless noted.
"""


class Table:
    """A table whose rows are printed as they come."""

    def __init__(self, title, head, note="", first=34):
        self.title, self.head, self.note = title, head, note
        self.widths = [first] + [max(6, len(name)) for name in head[1:]]
        self.rows = []
        print(f"\n{title}", flush=True)
        self.print(head)

    def print(self, cells):
        first, *others = zip(cells, self.widths)
        line = [f"{first[0]:<{first[1]}}"] + [f"{cell:>{width}}" for cell, width in others]
        print("  ".join(line), flush=True)

    def add(self, *cells):
        self.rows.append(cells)
        self.print(cells)

    def markdown(self):
        lines = [self.head, ["---"] + ["---:"] * (len(self.head) - 1), *self.rows]
        text = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        return f"## {self.title}\n\n{self.note}\n\n{text}\n" if self.note else f"## {self.title}\n\n{text}\n"


class Goals:
    """What the figures must show."""

    def __init__(self):
        self.met, self.table = True, Table("Must show", ["What", "at most", "measured", ""], first=62)

    def add(self, name, value, most, unit=""):
        met = value <= most
        self.met &= met
        self.table.add(name, f"{most:g}{unit}", f"{value:.3g}{unit}", "ok" if met else "MISSED")


def results(tables, goals, machine, plan, picture):
    """Returns the text of RESULTS.md."""
    now = datetime.datetime.now(datetime.timezone.utc)
    facts = "\n".join(f"- {name}: {value}" for name, value in [("Measured", f"{now:%Y-%m-%d %H:%M} UTC"), *machine])
    method = METHOD.format(**vars(plan))
    sections = "\n".join(table.markdown() for table in [goals.table, *tables])
    image = f"![CPU by sessions, groups and connections]({picture})"
    return f"# What it costs\n\n{method}\n{facts}\n\n{image}\n\n{sections}"
