"""What the recipes of peers share: a provider of their own, a sign-in, and the line for benches/run."""

import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

import processes
from browser import Browser

NOT_INSTALLED = 77


def not_installed(hint):
    """Ends the recipe: benches/run leaves this peer out."""
    print(hint, file=sys.stderr)
    sys.exit(NOT_INSTALLED)


def serve(callback, start, sign_in="/"):
    """Starts a peer, signs in, tells benches/run, and waits until that closes stdin.

    `callback` is the path of its redirect URI, `start(port, issuer)` returns its server. The home page is measured.
    """
    port = processes.free_port()
    provider = processes.Provider([f"http://127.0.0.1:{port}{callback}"])
    server = start(port, provider.issuer).wait()
    browser = Browser()
    response, end = browser.visit(server.url + sign_in)
    if response.status != 200:
        sys.exit(f"the sign-in ended with {response.status} at {end}: {response.content[:500]}\n{server.log_text()}")
    print("ready", f"{server.url}/", browser.cookie_header(server.url), server.pid, sep="\t", flush=True)
    sys.stdin.read()
