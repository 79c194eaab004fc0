"""Other programs that sign users in, each measured by a recipe in benches/peers."""

import glob
import os
import subprocess

from machine import ROOT
from pages import HEAD
from processes import Server
from report import Table

NOT_INSTALLED = 77
NOTE = "Each with two workers, its default session, and a page for a signed-in user. MB: the sum of its processes."


class Peer(Server):
    """A peer, under its recipe. Its cost is that of the process that the recipe names."""

    def __init__(self, recipe):
        super().__init__([recipe], 0, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        line = self.process.stdout.readline().decode().rstrip("\n").split("\t")
        self.installed = line[0] == "ready"
        if self.installed:
            _, self.url, self.cookie, pid = line
            self.pid = int(pid)

    def stop(self):
        """Ends the recipe, which ends the peer."""
        self.process.stdin.close()
        self.process.wait(20)


def measure(pages):
    """Measures the peers that are installed; returns their table."""
    # The goals are about our own rows only.
    ours, pages.table, pages.rows = (pages.table, pages.rows), Table("Peers", HEAD, NOTE), {}
    for recipe in sorted(glob.glob(os.path.join(ROOT, "benches/peers/*/run"))):
        name, peer = os.path.basename(os.path.dirname(recipe)), Peer(recipe)
        if peer.installed:
            pages.row(name, peer, "", cookie=peer.cookie)
        peer.stop()
        if peer.process.returncode == NOT_INSTALLED:
            print(f"{name}: not installed: {peer.log_text().strip()}")
        elif peer.process.returncode:
            raise RuntimeError(f"{name} failed: {peer.log_text()}")
    table, (pages.table, pages.rows) = pages.table, ours
    return table
