"""Runs deploy/azure/federated-token.sh against an identity endpoint on loopback, as Container Apps has it.

    federated_token.py SCRIPT
"""

import http.server
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

CLIENT, AUDIENCE, HEADER = "11111111-2222-3333-4444-555555555555", "api://AzureADTokenExchange", "header-of-the-platform"


class Endpoint(http.server.BaseHTTPRequestHandler):
    answers, asked = [], []

    def do_GET(self):
        query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
        self.asked.append((query, self.headers.get("X-IDENTITY-HEADER")))
        status, token = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        body = {"access_token": token, "expires_on": "1793500000", "resource": AUDIENCE, "token_type": "Bearer"}
        body = json.dumps(body if token else {"token_type": "Bearer"}, indent=2).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def main(script):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "token"
        environment = {
            "PATH": os.environ["PATH"],
            "IDENTITY_ENDPOINT": f"http://127.0.0.1:{server.server_port}/msi/token",
            "IDENTITY_HEADER": HEADER,
            "MANAGED_IDENTITY_CLIENT_ID": CLIENT,
            "TOKEN_AUDIENCE": AUDIENCE,
            "TOKEN_FILE": str(file),
            "RETRY_SECONDS": "0.2",
            "REFRESH_SECONDS": "0.2",
        }
        # As main.bicep has it.
        command = ["/bin/sh", "-c", Path(script).read_text(), "federated-token"]

        Endpoint.answers = [(200, "first.of.all")]
        once(command, environment)
        assert file.read_text() == "first.of.all\n", file.read_text()
        assert file.stat().st_mode & 0o777 == 0o644, "the application, another user, cannot read it"
        expected = {"resource": AUDIENCE, "client_id": CLIENT, "api-version": "2019-08-01"}
        assert Endpoint.asked == [(expected, HEADER)], Endpoint.asked

        # Refused, then without a token, then right: it tries again, and the last token stays until then.
        Endpoint.answers = [(500, None), (200, None), (200, "second.of.all")]
        said = once(command, environment)
        assert file.read_text() == "second.of.all\n", file.read_text()
        assert "of.all" not in said, "a token is in the log"

        # Without "once" it stays, sees a new token, and ends at once when it is told to.
        Endpoint.answers = [(200, "third.of.all"), (200, "fourth.of.all")]
        running = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL)
        try:
            until(lambda: file.read_text() == "fourth.of.all\n")
            before = time.monotonic()
            running.terminate()
            assert running.wait(5) == 0 and time.monotonic() - before < 2, "does not end when it is told to"
        finally:
            running.kill()
    server.shutdown()


def once(command, environment):
    said = subprocess.run([*command, "once"], env=environment, timeout=30, check=True, capture_output=True, text=True)
    return said.stdout + said.stderr


def until(there):
    for _ in range(100):
        if there():
            return
        time.sleep(0.1)
    raise AssertionError("it did not come")


if __name__ == "__main__":
    main(*sys.argv[1:])
