"""What benches/run needs on this machine: programs, builds, and the machine's description."""

import glob
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
# Another command may stand in for cargo, such as one that waits for a lock.
CARGO = os.environ.get("CARGO", "cargo")
PACKAGES = {
    "wrk": "wrk",
    "h2load": "nghttp2-client",
    "redis-server": "redis-server",
    "nginx": "nginx-light",
    "node": "nodejs",
    "npm": "npm",
    "openssl": "openssl",
}
NO_SERVICES = "/usr/sbin/policy-rc.d"


def prepare():
    """Installs what is missing, or exits with a message that says what to install."""
    os.environ["PATH"] += ":/usr/sbin:" + os.path.expanduser("~/.cargo/bin")
    if not shutil.which(CARGO):
        sys.exit("benches/run needs Rust: https://rustup.rs")
    missing = [package for program, package in PACKAGES.items() if not shutil.which(program)]
    if missing:
        if not shutil.which("apt-get") or os.geteuid() != 0:
            sys.exit(f"Install these first (names of Debian's packages): {' '.join(missing)}")
        apt_install(missing)
    npm_ci(os.path.join(ROOT, "tests/provider"))
    find_node()


def apt_install(packages):
    """Installs Debian packages without starting their services."""
    print(f"installing {' '.join(packages)}", flush=True)
    before = None
    if os.path.exists(NO_SERVICES):
        before = tempfile.mktemp()
        shutil.copy2(NO_SERVICES, before)
    try:
        with open(NO_SERVICES, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\nexit 101\n")
        os.chmod(NO_SERVICES, 0o755)
        quiet = {"env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}, "stdout": subprocess.DEVNULL}
        subprocess.run(["apt-get", "update", "-qq"], check=True, **quiet)
        install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends"]
        subprocess.run([*install, "-o", "DPkg::Lock::Timeout=300", *packages], check=True, **quiet)
        for service in {"redis-server", "nginx", "apache2"} & {name.removesuffix("-light") for name in packages}:
            subprocess.run(["update-rc.d", service, "disable"], check=True, **quiet)
    finally:
        os.remove(NO_SERVICES)
        if before:
            shutil.move(before, NO_SERVICES)


def npm_ci(folder):
    """Installs the npm packages of a folder, unless they are there."""
    installed = os.path.join(folder, "node_modules/.package-lock.json")
    lock = os.path.join(folder, "package-lock.json")
    if not os.path.exists(installed) or os.path.getmtime(installed) < os.path.getmtime(lock):
        options = ["--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
        subprocess.run(["npm", "ci", *options], cwd=folder, check=True, stdout=subprocess.DEVNULL)


def find_node():
    """Puts the newer Node that tests/run installs first in PATH if this one is too old for the provider."""
    if subprocess.run(["node", "-e", "process.exit(require('crypto').hash ? 0 : 1)"], check=False).returncode:
        cache = os.environ.get("XDG_CACHE_HOME", os.path.expanduser("~/.cache"))
        folders = glob.glob(f"{cache}/identity-web/node/node_modules/node-linux-*/bin")
        if not folders:
            sys.exit("Node is too old for the provider: install version 20.12 or later, or run tests/run once")
        os.environ["PATH"] = f"{folders[0]}:{os.environ['PATH']}"


def build():
    """Builds everything in release mode; returns the paths of the programs by name."""
    print("building", flush=True)
    as_json = "--message-format=json-render-diagnostics"
    commands = [
        [CARGO, "build", "--release", "--bin", "identity-web", as_json],
        [CARGO, "bench", "--no-run", "--bench", "bare", "--bench", "seed", as_json],
    ]
    programs = {}
    for command in commands:
        built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True)
        for message in map(json.loads, built.stdout.splitlines()):
            if message.get("executable"):
                programs[message["target"]["name"]] = message["executable"]
    return programs


def output(*command):
    """Returns what a command prints, on either stream."""
    ran = subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    return ran.stdout.strip()


def describe():
    """Returns the machine and the versions of what takes part, as (name, value) pairs."""
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        models = [line.split(": ", 1)[1].strip() for line in file if line.startswith("model name")]
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(file.readline().split()[1]) / 1024 / 1024
    changed = " with changes" if output("git", "status", "--porcelain", "--untracked-files=no") else ""
    return [
        ("Commit", output("git", "rev-parse", "--short=12", "HEAD") + changed),
        ("CPU", f"{models[0] if models else platform.machine()}, {os.cpu_count()} cores"),
        ("Memory", f"{memory:.0f} GB"),
        ("Kernel", f"{platform.system()} {platform.release()}"),
        ("rustc", output("rustc", "--version").removeprefix("rustc ")),
        ("wrk", output("wrk", "-v").split(" [")[0].removeprefix("wrk ")),
        ("h2load", output("h2load", "--version").removeprefix("h2load ")),
        ("nginx", output("nginx", "-v").split("nginx/")[-1]),
        ("Redis", output("redis-server", "--version").split("v=")[-1].split()[0]),
    ]
