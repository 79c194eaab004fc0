"""The main table: what each answer costs beside bare Actix."""

from browser import Browser
from load import Target, alternate, measure, medians, middle, over
from report import Table

ACCEPT = "Accept: text/html"
CPU_AND_RATE = ["CPU µs", "floor", "×", "req/s", "×"]
HEAD = ["Answer", *CPU_AND_RATE, "p50 ms", "p99 ms", "×", "p50, 1 conn.", "×", "Redis", "MB", "body"]
NOTE = (
    "At 32 connections, except for the p50 at one. Each × is the ratio of the figure before it to the floor's. Redis:"
    " commands per request. MB: resident memory after the load. Body: bytes on the wire; the floor's body has the same size."
)
# Whatever they return to a signed-in user.
ROUTES = [
    "/",
    "/token_details",
    "/sessions",
    "/nope",
    "/static/site.css",
    "/static/nope.css",
    "/auth/sign_in",
    "/auth/sign_out",
    "/auth/post_sign_out",
    "/auth/verify",
    "/auth/redirect",
]


class Row:
    """What one answer costs, its floor, and the ratios of both."""

    def __init__(self, ours, floor, ratios):
        self.ours, self.floor, self.ratios = ours, floor, ratios

    def cells(self):
        ours, ratios = self.ours, self.ratios
        cpu = f"{ours['cpu']:.1f}", f"{self.floor['cpu']:.1f}", f"{ratios['cpu']:.1f}"
        speed = f"{ours['rate']:.0f}", f"{ratios['rate']:.2f}"
        latency = f"{ours['p50']:.2f}", f"{ours['p99']:.2f}", f"{ratios['p99']:.1f}"
        one = f"{ours['one']:.3f}", f"{ratios['one']:.1f}"
        return *cpu, *speed, *latency, *one, f"{ours['redis']:.2f}", f"{ours['rss']:.0f}", f"{ours['size']}"


class Pages:
    """Measures answers of a server against bare Actix."""

    def __init__(self, servers, cookie, plan):
        self.servers, self.cookie, self.plan = servers, cookie, plan
        self.rows, self.table = {}, Table("Answers", HEAD, NOTE)

    def row(self, name, server, path, session=True, encoding=None, expected=200, http2=False, cookie=None):
        """Measures one row, and prints it."""
        headers = accepted(path)
        headers += [f"Cookie: {cookie or self.cookie}"] if session else []
        headers += [f"Accept-Encoding: {encoding}"] if encoding else []
        size = body_size(server, path, headers, expected)
        bare = self.servers.bare_tls if server.scheme == "https" else self.servers.bare
        targets = [Target(bare, f"/{size or ''}", http2=http2), Target(server, path, headers, http2=http2)]
        rounds = alternate(targets, self.plan, redis=self.servers.redis)
        (floor, _), (ours, ratios) = medians(rounds, 0), medians(rounds, 1)
        if expected == 200 and ours["refused"]:
            raise RuntimeError(f"{name}: {ours['refused']} requests failed")
        singles = [[measure(target, 1, 1)["p50"] for target in targets] for _ in range(3)]
        ours["one"], ratios["one"] = middle(pair[1] for pair in singles), middle(over(b, a) for a, b in singles)
        ours["size"], ours["rss"] = size, server.memory()
        self.rows[name] = Row(ours, floor, ratios)
        self.table.add(name, *self.rows[name].cells())


def accepted(path):
    """Returns what a browser accepts; a proxy that asks for authorization sends nothing of it."""
    return [ACCEPT] if path != "/auth/verify" else []


def body_size(server, path, headers, expected):
    """Returns the size of an answer's body, after checking its status."""
    pairs = dict(header.split(": ", 1) for header in headers)
    response = Browser().request("GET", server.url + path, **pairs)
    if response.status != expected:
        raise RuntimeError(f"{server.url}{path} returned {response.status} instead of {expected}")
    return len(response.content)


def measure_pages(pages):
    """Measures all rows of our program."""
    on, off, tls = pages.servers.cached, pages.servers.uncached, pages.servers.tls
    pages.row("/auth/verify", on, "/auth/verify")
    pages.row("home, signed in", on, "/")
    pages.row("claims page", on, "/token_details")
    pages.row("/auth/verify, cache off", off, "/auth/verify")
    pages.row("home, signed in, cache off", off, "/")
    pages.row("claims page, cache off", off, "/token_details")
    pages.row("home, anonymous", on, "/", session=False)
    pages.row("401 of /auth/verify", on, "/auth/verify", session=False, expected=401)
    pages.row("claims page, gzip accepted", on, "/token_details", encoding="gzip")
    pages.row("site.css", on, "/static/site.css", session=False)
    pages.row("site.css, gzip accepted", on, "/static/site.css", session=False, encoding="gzip")
    pages.row("site.css, br accepted", on, "/static/site.css", session=False, encoding="br")
    for http2 in (False, True):
        protocol = "HTTP/2" if http2 else "HTTP/1.1"
        pages.row(f"/auth/verify, https, {protocol}", tls, "/auth/verify", http2=http2)
        pages.row(f"claims page, https, {protocol}", tls, "/token_details", http2=http2)


def every_route(pages):
    """Returns the p50 of every route at one connection, by its name, in milliseconds."""
    head = ["Route", "http", "http, gzip", "https", "https, gzip"]
    table, times = Table("p50 of every route at one connection, ms", head), {}
    for path in ROUTES:
        cells = []
        for server in (pages.servers.cached, pages.servers.tls):
            for encoding in ("identity", "gzip"):
                headers = [ACCEPT, f"Cookie: {pages.cookie}", f"Accept-Encoding: {encoding}"]
                p50 = measure(Target(server, path, headers), 1, 1)["p50"]
                times[f"{path}, {server.scheme}, {encoding}"] = p50
                cells.append(f"{p50:.3f}")
        table.add(path, *cells)
    return table, times


def log_lines(pages):
    """Returns what the log line of level info adds to the CPU of each page, in percent, by its format and the page."""
    table, added = Table("The log line", ["CPU µs", "warn", "info", "added"], "Written to a file."), {}
    for form in ("json", "pretty"):
        logging = pages.servers.application(telemetry__log="info", telemetry__log_format=form).wait()
        for name, path in (("/auth/verify", "/auth/verify"), ("home", "/"), ("claims page", "/token_details")):
            headers = accepted(path) + [f"Cookie: {pages.cookie}"]
            targets = [Target(server, path, headers) for server in (pages.servers.cached, logging)]
            rounds = alternate(targets, pages.plan, rounds=pages.plan.rounds_of_percent)
            (quiet, _), (loud, ratios) = medians(rounds, 0), medians(rounds, 1)
            added[form, name] = (ratios["cpu"] - 1) * 100
            table.add(f"{form}, {name}", f"{quiet['cpu']:.1f}", f"{loud['cpu']:.1f}", f"{added[form, name]:+.1f} %")
        logging.stop()
    return table, added
