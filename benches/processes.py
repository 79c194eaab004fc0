"""The servers of a run: each is started on a free loopback port and stopped by its process id."""

import atexit
import json
import os
import signal
import socket
import subprocess
import tempfile
import time

from machine import ROOT

SCRATCH = tempfile.TemporaryDirectory(prefix="identity-web-bench-")
KEYS = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
CLIENT_ID = "identity-web"
SECRET = "a secret of more than thirty-two characters"
WORKERS = 2


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


def scratch(name):
    return os.path.join(SCRATCH.name, name)


class Server:
    """A process that serves, with the processes it starts."""

    def __init__(self, command, port, scheme="http", log=None, **options):
        self.port, self.scheme = port, scheme
        self.url = f"{scheme}://127.0.0.1:{port}"
        self.log = log or scratch(f"{os.path.basename(command[0])}-{port}.log")
        with open(self.log, "wb") as file:
            options = {"stdout": file, "stderr": file, "cwd": SCRATCH.name, **options}
            self.process = subprocess.Popen(command, **options)
        self.pid = self.process.pid
        atexit.register(self.stop)

    def wait(self, seconds=20):
        """Waits until it accepts connections."""
        end = time.monotonic() + seconds
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port)).close()
                return self
            except OSError:
                if self.process.poll() is not None or time.monotonic() > end:
                    raise RuntimeError(f"{self.process.args[0]} doesn't start: {self.log_text()}") from None
                time.sleep(0.005)

    def log_text(self):
        """Returns the end of what it wrote."""
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()[-5000:]

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.send_signal(signal.SIGKILL)
                self.process.wait()

    def pids(self):
        """Returns the ids of the process and of those it started."""
        return [self.pid, *descendants(self.pid)]

    def cpu(self):
        """Returns the processor time of its processes, in seconds."""
        # The clock of another process, as clock_getcpuclockid(3) makes it: /proc/PID/stat, but in nanoseconds.
        return sum(time.clock_gettime((~pid << 3) | 2) for pid in self.pids())

    def memory(self, name="VmRSS"):
        """Returns a size from /proc/PID/status, in MB."""
        total = 0
        for pid in self.pids():
            with open(f"/proc/{pid}/status", encoding="utf-8") as file:
                total += next((int(line.split()[1]) for line in file if line.startswith(f"{name}:")), 0)
        return total / 1024


def descendants(pid):
    """Returns the ids of the processes that a process started, and those started."""
    parents = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", encoding="utf-8") as file:
                    parents[int(entry)] = int(file.read().rsplit(")", 1)[1].split()[1])
            except OSError:
                pass  # it has ended
    found = [pid]
    for parent in found:
        found += [child for child, its_parent in parents.items() if its_parent == parent]
    return found[1:]


def redis():
    port = free_port()
    options = ["--port", str(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
    return Server(["redis-server", *options], port, "redis").wait()


class Provider:
    """The certified provider of the tests, with one client."""

    def __init__(self, redirect_uris, client_id=CLIENT_ID):
        client = {
            "client_id": client_id,
            "client_secret": SECRET,
            "redirect_uris": redirect_uris,
            "token_endpoint_auth_method": "client_secret_basic",
        }
        # It ends when its stdin closes, even if this process is killed.
        self.server = Server(
            ["node", "server.mjs", json.dumps(client)],
            0,
            cwd=os.path.join(ROOT, "tests/provider"),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        self.issuer = self.server.process.stdout.readline().decode().removeprefix("ready ").strip()


def certificate():
    """Makes a certificate for loopback; returns the paths of it and of its key."""
    paths = scratch("certificate.pem"), scratch("key.pem")
    if not os.path.exists(paths[0]):
        command = "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost"
        subject = ["-addext", "subjectAltName=IP:127.0.0.1", "-out", paths[0], "-keyout", paths[1]]
        subprocess.run([*command.split(), *subject], check=True, stderr=subprocess.DEVNULL)
    return paths


def bare(program, tls=False):
    port = free_port()
    files = certificate() if tls else ()
    return Server([program, f"127.0.0.1:{port}", *files], port, "https" if tls else "http").wait()


def nginx(body):
    """nginx with one static file, /page.html."""
    port, folder = free_port(), scratch("nginx")
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, "page.html"), "wb") as file:
        file.write(body)
    os.chmod(SCRATCH.name, 0o755)  # its workers are another user, if this one is root
    with open(os.path.join(folder, "nginx.conf"), "w", encoding="utf-8") as file:
        file.write(
            f"daemon off; worker_processes {WORKERS}; pid {folder}/pid; error_log /dev/null;\n"
            "events {}\nhttp { access_log off; types { text/html html; } keepalive_requests 100000000; tcp_nodelay on;\n"
            f"server {{ listen 127.0.0.1:{port}; root {folder}; }} }}\n"
        )
    return Server(["nginx", "-p", folder, "-c", "nginx.conf"], port).wait()


def environment(port, tls, settings):
    """Returns the environment of the program: settings by their names, such as session__cache."""
    ours = {
        "server__listen": f"127.0.0.1:{port}",
        "server__operations_listen": f"127.0.0.1:{free_port()}",
        "server__public_url": f"{'https' if tls else 'http'}://127.0.0.1:{port}",
        "server__workers": WORKERS,
        "tls__mode": "off",
        "telemetry__log": "warn",
        "limits__sign_in_requests_per_minute": 1_000_000,
    }
    if tls:
        files = certificate()
        ours |= {"tls__mode": "files", "tls__certificate": files[0], "tls__private_key": files[1]}
    variables = {f"IDENTITY_WEB__{name.upper()}": str(value) for name, value in (ours | settings).items()}
    others = {name: value for name, value in os.environ.items() if not name.startswith("IDENTITY_WEB")}
    # In production, no sign-in is traced.
    profile = "development" if "demo_provider__listen" in settings else "production"
    return {**others, **variables, "IDENTITY_WEB_PROFILE": profile}


def application(program, port=None, tls=False, log=None, **settings):
    """The program, not yet waited for. Several share a session's cookie, over http and https."""
    port = port or free_port()
    settings = {"session__keys": KEYS, "session__cookie_name": "identity", **settings}
    return Server([program], port, "https" if tls else "http", log=log, env=environment(port, tls, settings))
