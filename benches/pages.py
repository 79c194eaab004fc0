"""The rows of the main table: what each answer costs beside bare Actix."""

from load import Target, compare, measure, middle, over

ACCEPT = "Accept: text/html"


class Row:
    """What one answer costs, and its floor."""

    def __init__(self, name, ours, floor, ratios):
        self.name, self.ours, self.floor, self.ratios = name, ours, floor, ratios


class Pages:
    """Measures answers of our program against bare Actix in the same run."""

    def __init__(self, servers, cookie, plan):
        self.servers, self.cookie, self.plan = servers, cookie, plan
        self.rows = {}

    def check(self, server, path, headers, expected):
        """Returns the size of an answer's body, after checking its status."""
        from browser import Browser

        pairs = dict(header.split(": ", 1) for header in headers)
        response = Browser().request("GET", server.url + path, **pairs)
        if response.status != expected:
            raise RuntimeError(f"{server.url}{path} returned {response.status} instead of {expected}")
        return len(response.content)

    def row(self, name, server, path, session=True, encoding=None, expected=200, http2=False):
        """Measures one row, and prints it."""
        headers = [ACCEPT] if path != "/auth/verify" else []
        headers += [f"Cookie: {self.cookie}"] if session else []
        headers += [f"Accept-Encoding: {encoding}"] if encoding else []
        size = self.check(server, path, headers, expected)
        bare = self.servers.bare_tls if server.scheme == "https" else self.servers.bare
        subject = Target(server, path, headers, http2=http2)
        floor = Target(bare, f"/{size or ''}", http2=http2)
        ours, below, ratios = compare(subject, floor, self.plan, redis=self.servers.redis)
        if expected == 200 and ours["refused"]:
            raise RuntimeError(f"{name}: {ours['refused']} requests failed")
        singles = [[measure(target, 1, 1) for target in (floor, subject)] for _ in range(self.plan.rounds)]
        below["one"], ours["one"] = (middle(pair[side]["p50"] for pair in singles) for side in (0, 1))
        ratios["one"] = middle(over(pair[1]["p50"], pair[0]["p50"]) for pair in singles)
        ours["size"], ours["rss"] = size, server.memory()
        self.rows[name] = Row(name, ours, below, ratios)
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(cells(self.rows[name]), WIDTHS)), flush=True)

    def print_head(self):
        print("  ".join(f"{cell:>{width}}" for cell, width in zip(HEAD, WIDTHS)), flush=True)


HEAD = ["Answer", "CPU µs", "floor", "×", "req/s", "×", "p50 ms", "p99 ms", "× floor", "1 conn. p50", "×", "Redis", "MB", "body"]
WIDTHS = [34, 7, 6, 5, 7, 5, 7, 7, 7, 11, 5, 6, 5, 6]


def cells(row):
    """Returns a row of the table as texts."""
    ours, ratios = row.ours, row.ratios
    return [
        row.name,
        f"{ours['cpu']:.1f}",
        f"{row.floor['cpu']:.1f}",
        f"{ratios['cpu']:.1f}",
        f"{ours['rate']:.0f}",
        f"{ratios['rate']:.2f}",
        f"{ours['p50']:.2f}",
        f"{ours['p99']:.2f}",
        f"{ratios['p99']:.1f}",
        f"{ours['one']:.3f}",
        f"{ratios['one']:.1f}",
        f"{ours['redis']:.2f}",
        f"{ours['rss']:.0f}",
        f"{ours['size']}",
    ]


def measure_pages(pages):
    """Measures all rows."""
    on, off, tls = pages.servers.cached, pages.servers.uncached, pages.servers.tls
    pages.print_head()
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


def nginx_row(pages, nginx):
    """Measures nginx with a static file of the claims page's size, for reference."""
    pages.row("nginx, a file of that size", nginx, "/page.html", session=False)
