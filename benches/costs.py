"""What happens once: sign-ins, starts, TLS connections; and memory."""

import socket
import statistics
import time

import processes
from browser import Browser, untrusting
from load import Target, measure, redis_commands
from report import Table

CONNECTIONS = 1_000


def sign_ins(servers, browser, plan):
    """Whole sign-ins, by a browser that the provider knows already; returns their CPU in milliseconds."""
    (count, rounds), url = (20, 4) if plan.quick else (60, 6), servers.cached.url

    def sign_in():
        browser.cookies.pop(url.removeprefix("http://"), None)
        response, end = browser.visit(f"{url}/auth/sign_in")
        if response.status != 200 or end != f"{url}/":
            raise RuntimeError(f"a sign-in ended at {end} with {response.status}:\n{servers.cached.log_text()}")

    def figures():
        return (
            servers.cached.cpu() * 1000,
            time.perf_counter() * 1000,
            servers.provider.server.cpu() * 1000,
            redis_commands(servers.redis),
        )

    sign_in()
    spent = []
    for _ in range(rounds):
        before = figures()
        for _ in range(count):
            sign_in()
        spent.append([(after - since) / count for since, after in zip(before, figures())])
    ours, wall, theirs, commands = map(statistics.median, zip(*spent))
    table = Table("A whole sign-in", ["", "our CPU ms", "wall ms", "provider's CPU ms", "Redis commands"])
    table.add(f"median of {rounds} rounds of {count}", f"{ours:.2f}", f"{wall:.1f}", f"{theirs:.1f}", f"{commands:.1f}")
    return table, ours


class Connection:
    """A plain or TLS connection that sends one request."""

    def __init__(self, server, request, context=None, session=None):
        self.socket = socket.create_connection(("127.0.0.1", server.port))
        if context:
            self.socket = context.wrap_socket(self.socket, session=session)
        self.socket.sendall(request)

    def read(self):
        """Reads the response, which has a Content-Length."""
        response = b""
        while b"\r\n\r\n" not in response:
            response += self.receive()
        head, _, body = response.partition(b"\r\n\r\n")
        lengths = [line.split(b":")[1] for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:")]
        rest = int(lengths[0]) - len(body) if lengths else 0
        while rest > 0:
            rest -= len(self.receive())
        return int(head.split()[1])

    def receive(self):
        data = self.socket.recv(65_536)
        if not data:
            raise RuntimeError("the server closed a connection")
        return data


def request(path, cookie=""):
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\nCookie: {cookie}\r\n\r\n".encode()


def crowd(server, text):
    """Opens many connections that send one request each, and closes them when all have their answer."""
    context = untrusting() if server.scheme == "https" else None
    connections = [Connection(server, text, context) for _ in range(CONNECTIONS)]
    for connection in connections:
        if connection.read() != 200:
            raise RuntimeError("a request failed")
    for connection in connections:
        connection.socket.close()


def memory(servers, cookie, plan):
    """Resident memory of fresh processes; returns ours under load and after the crowd, in MB."""
    head = ["Resident MB", "fresh", "under load", f"after {CONNECTIONS:,} connections", "peak"]
    table, ours = Table("Memory", head, "The connections are open at once; each sends one request.", 24), []
    for tls in (False, True):
        scheme = "https" if tls else "http"
        bare = processes.bare(servers.programs["bare"], tls)
        application = servers.application(tls=tls).wait()
        for name, server, path in (("Identity Web", application, "/token_details"), ("bare Actix", bare, "/4000")):
            text = request(path, cookie)
            Connection(server, text, untrusting() if tls else None).read()
            time.sleep(1)
            sizes = [server.memory()]
            measure(Target(server, path, [f"Cookie: {cookie}"]), seconds=plan.seconds)
            sizes.append(server.memory())
            crowd(server, text)
            time.sleep(2)
            sizes += [server.memory(), server.memory("VmHWM")]
            table.add(f"{name}, {scheme}", *(f"{size:.1f}" for size in sizes))
            ours.append(sizes)
            server.stop()
    return table, ours[0]


def start_time(begin):
    """Returns how long a server takes from its exec to its first 200, in milliseconds."""
    begun = time.perf_counter()
    server = begin()
    while time.perf_counter() - begun < 20:
        try:
            if Connection(server, request("/")).read() == 200:
                break
        except OSError:
            time.sleep(0.0005)
    taken = (time.perf_counter() - begun) * 1000
    server.stop()
    return taken


def starts(servers):
    """From exec to the first 200 of the home page; returns the medians with a client and without, in milliseconds."""
    program = servers.programs["identity-web"]
    note = "From exec to the first 200 of the home page; five starts."
    table, medians = Table("Start", ["", "median ms", "least", "most"], note), []

    def demo():
        return processes.application(program, demo_provider__listen=f"127.0.0.1:{processes.free_port()}")

    for name, begin in (("with a client", servers.application), ("with the demo provider", demo)):
        times = [start_time(begin) for _ in range(5)]
        medians.append(statistics.median(times))
        table.add(name, f"{medians[-1]:.0f}", f"{min(times):.0f}", f"{max(times):.0f}")
    return table, medians


def tls_connections(servers, cookie):
    """CPU of new TLS connections with one request each, full and resumed."""
    count, head = 500, ["CPU µs", "full", "resumed", "resumed, of 500"]
    note = "A connection with one request (`/auth/verify`; of bare Actix `/`), TLS 1.3, a P-256 certificate."
    table = Table("New TLS connections", head, note)
    for name, server, path in (("Identity Web", servers.tls, "/auth/verify"), ("bare Actix", servers.bare_tls, "/")):
        context, cells, text = untrusting(), [], request(path, cookie)
        for resume in (False, True):
            session, reused, cpu = None, 0, server.cpu()
            for _ in range(count):
                connection = Connection(server, text, context, session)
                connection.read()
                reused += connection.socket.session_reused
                session = connection.socket.session if resume else None
                connection.socket.close()
            cells.append(f"{(server.cpu() - cpu) / count * 1e6:.0f}")
        table.add(name, *cells, f"{reused}")
    return table
