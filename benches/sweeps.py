"""Cost against the number of sessions, of groups, and of connections."""

import subprocess

import processes
from load import Target, alternate, medians, middle, over
from report import Table

GROUPS = [0, 10, 50, 100, 200]
CONNECTIONS = [1, 8, 32, 128, 512]
LINES = ["/auth/verify, cache on", "/auth/verify, cache off", "bare Actix"]
HEAD_OF_LINES = ["cache on", "× bare", "cache off", "× bare", "bare Actix"]


class Curve:
    """The points of one panel of the picture: for each x, a CPU for each line."""

    def __init__(self, title, unit, log_scale):
        self.title, self.unit, self.log_scale, self.points = title, unit, log_scale, []

    def add(self, table, x, rounds, *extra):
        """Adds the point of rounds in which bare Actix is first, then the cache on, then off."""
        values, ratios = zip(*(medians(rounds, side) for side in (1, 2, 0)))
        cpus = [value["cpu"] for value in values]
        self.points.append((x, cpus))
        cells = [f"{cpus[0]:.1f}", f"{ratios[0]['cpu']:.1f}", f"{cpus[1]:.1f}", f"{ratios[1]['cpu']:.1f}"]
        table.add(f"{x:,}", *cells, f"{cpus[2]:.1f}", *extra)


def seed(servers, redis, first, count, groups=0):
    """Opens sessions in a Redis; returns the path of a file of cookies."""
    path = processes.scratch(f"cookies-{redis.port}-{first}-{count}-{groups}")
    numbers = [str(number) for number in (first, count, groups)]
    command = [servers.programs["seed"], f"redis://127.0.0.1:{redis.port}/", processes.KEYS, *numbers, path]
    subprocess.run(command, check=True)
    return path


def growth(rounds, side, base):
    """Returns by how many percent one target's CPU is above another's, in the same rounds."""
    return (middle(over(results[side]["cpu"], results[base]["cpu"]) for results in rounds) - 1) * 100


def most_sessions(plan):
    return 10_000 if plan.quick else 1_000_000


def sessions(servers, plan):
    """One session beside many, each in a Redis of its own, loaded by turns.

    Returns in percent what many add with the cache off.
    """
    most = most_sessions(plan)
    many = processes.redis()
    url = {"redis__url": f"redis://127.0.0.1:{many.port}/"}
    applications = [servers.application(**url).wait(), servers.application(**url, session__cache="off").wait()]
    one = seed(servers, servers.redis, 0, 1)
    note = (
        "Of `/auth/verify`, for sessions read in turn, at most 20,000 of them; Redis' CPU isn't counted. Sessions that don't"
        " fit in `session.cache_bytes` are read from Redis every time."
    )
    table = Table("CPU µs by number of sessions", ["Sessions", *HEAD_OF_LINES], note, 10)
    curve, opened, grown = Curve("Sessions", "sessions in Redis", True), 0, None
    for count in (1_000, most):
        cookies = seed(servers, many, opened, count - opened)
        opened = count
        single = [Target(server, "/auth/verify", cookies=one) for server in (servers.cached, servers.uncached)]
        several = [Target(server, "/auth/verify", cookies=cookies) for server in applications]
        rounds = alternate([Target(servers.bare, "/", cookies=one), *single, *several], plan)
        if not curve.points:
            curve.add(table, 1, rounds)
        curve.add(table, count, [[results[side] for side in (0, 3, 4)] for results in rounds])
        if any(result["refused"] for results in rounds for result in results):
            raise RuntimeError("a session was lost")
        grown = growth(rounds, 4, 2)
    for server in (*applications, many):
        server.stop()
    return table, curve, grown


def groups(servers, plan):
    """Users with groups beside one with none, by turns; returns what 200 groups add, in percent, by page and cache."""
    note = "Of `/auth/verify`; then what the groups add to each page's CPU, in percent, in the same rounds."
    head = ["Groups", *HEAD_OF_LINES, "verify on", "verify off", "home on", "home off"]
    table, curve = Table("CPU µs by number of groups", head, note, 10), Curve("Groups", "groups of the user", False)
    servers_of = (servers.cached, servers.uncached)
    cookies = {}
    for number, count in enumerate(GROUPS):
        with open(seed(servers, servers.redis, 10 + number, 1, count), encoding="ascii") as file:
            cookies[count] = f"Cookie: {file.read().strip()}"
    for count in GROUPS:
        targets = [Target(servers.bare, "/", [cookies[0]])]
        for path in ("/auth/verify", "/"):
            targets += [Target(server, path, [cookies[number]]) for number in (count, 0) for server in servers_of]
        # 1, 2: verify with groups, cache on and off; 3, 4: without; 5 to 8: home.
        if count in (0, GROUPS[-1]):
            rounds = alternate(targets, plan, rounds=plan.rounds_of_percent if count else None)
            grown = [growth(rounds, side, side + 2) for side in (1, 2, 5, 6)]
            extra = [f"{value:+.0f} %" for value in grown]
        else:
            rounds, extra = alternate(targets[:3], plan), [""] * 4
        curve.add(table, count, rounds, *extra)
    return table, curve, dict(zip(head[-4:], grown))


def connections(servers, cookie, plan):
    """The same page at more and more connections."""
    table = Table("CPU µs by number of connections", ["Connections", *HEAD_OF_LINES], "Of `/auth/verify`.", 12)
    curve = Curve("Connections", "connections of wrk", True)
    headers = [f"Cookie: {cookie}"]
    targets = [Target(servers.bare, "/", headers)]
    targets += [Target(server, "/auth/verify", headers) for server in (servers.cached, servers.uncached)]
    for count in CONNECTIONS:
        curve.add(table, count, alternate(targets, plan, connections=count))
    return table, curve
