"""Loads servers with wrk and h2load, and reads what a request cost."""

import os
import re
import socket
import statistics
import subprocess

from machine import ROOT
from processes import scratch

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}
CONNECTIONS = 32


class Target:
    """A URL with the headers of its requests, of one server."""

    def __init__(self, server, path, headers=(), cookies=None, http2=False):
        self.server, self.path, self.headers = server, path, list(headers)
        self.cookies, self.http2 = cookies, http2

    def url(self):
        return self.server.url + self.path


def run_batch(command, connections, **options):
    """Runs a program that doesn't interrupt others when it wakes up (SCHED_BATCH)."""

    def before():
        # A single connection interrupts nobody, and would wait.
        if connections > 1:
            os.sched_setscheduler(0, os.SCHED_BATCH, os.sched_param(0))

    return subprocess.run(command, check=True, preexec_fn=before, **options)


def run_wrk(target, connections, seconds):
    """Returns requests, seconds, and percentiles of latency in milliseconds."""
    threads = min(2, connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--latency"]
    command += [argument for header in target.headers for argument in ("-H", header)]
    if target.cookies:
        command += ["-s", os.path.join(ROOT, "benches/cookies.lua"), target.url(), "--", target.cookies]
    else:
        command.append(target.url())
    text = run_batch(command, connections, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True).stdout
    done = re.search(r"(\d+) requests in ([\d.]+[a-z]+)", text)
    times = [re.search(rf"(?m)^ +{share}% +([\d.]+[a-z]+) *$", text) for share in (50, 99)]
    if not all((done, *times)):
        raise RuntimeError(f"{' '.join(command)}:\n{text}")
    refused = re.search(r"Non-2xx or 3xx responses: (\d+)", text)
    failed = re.search(r"Socket errors: (.*)", text)
    if failed:
        print(f"  {target.url()}: socket errors: {failed[1]}")
    return {
        "requests": int(done[1]),
        "refused": int(refused[1]) if refused else 0,
        "seconds": milliseconds(done[2]) / 1000,
        "p50": milliseconds(times[0][1]),
        "p99": milliseconds(times[1][1]),
    }


def milliseconds(text):
    number, unit = re.fullmatch(r"([\d.]+)([a-z]+)", text).groups()
    return float(number) * UNITS[unit]


def run_h2load(target, connections, seconds):
    """As run_wrk, over HTTP/2 with one request at a time on each connection."""
    log = scratch("h2load.log")
    if os.path.exists(log):
        os.remove(log)
    command = ["h2load", f"-t{min(2, connections)}", f"-c{connections}", "-m1", f"-D{seconds}", f"--log-file={log}"]
    command += [argument for header in target.headers for argument in ("-H", header)]
    run_batch([*command, target.url()], connections, stdout=subprocess.DEVNULL)
    with open(log, encoding="ascii") as file:
        rows = [line.split() for line in file]
    times = sorted(int(row[2]) / 1000 for row in rows)
    return {
        "requests": len(rows),
        "refused": sum(row[1] != "200" for row in rows),
        "seconds": seconds,
        "p50": times[len(times) // 2],
        "p99": times[len(times) * 99 // 100],
    }


def measure(target, connections=CONNECTIONS, seconds=5, redis=None):
    """Loads a server once; adds the CPU of a request in microseconds and its Redis commands."""
    run = run_h2load if target.http2 else run_wrk
    commands, cpu = redis_commands(redis), target.server.cpu()
    result = run(target, connections, seconds)
    cpu, commands = target.server.cpu() - cpu, redis_commands(redis) - commands
    result["cpu"] = cpu / result["requests"] * 1e6
    result["rate"] = result["requests"] / result["seconds"]
    result["redis"] = commands / result["requests"]
    return result


def redis_commands(redis):
    """Returns how many commands Redis has processed, without those of this function."""
    if redis is None:
        return 0
    redis.asked = getattr(redis, "asked", -1) + 1
    return redis_information(redis, "stats", "total_commands_processed") - redis.asked


def redis_information(redis, section, name):
    with socket.create_connection(("127.0.0.1", redis.port)) as connection:
        connection.sendall(f"INFO {section}\r\n".encode())
        text = b""
        while not re.search(rb"^\$(\d+)\r\n", text) or len(text) < int(re.search(rb"^\$(\d+)", text)[1]):
            text += connection.recv(65_536)
    return int(re.search(rf"{name}:(\d+)", text.decode())[1])


def alternate(targets, plan, connections=CONNECTIONS, redis=None, rounds=None):
    """Loads targets by turns, so that noise of the machine meets all of them; returns the results of each round."""
    for target in targets:
        measure(target, connections, 1)
    rounds = range(rounds or plan.rounds)
    return [[measure(target, connections, plan.seconds, redis) for target in targets] for _ in rounds]


def medians(rounds, side, floor=0):
    """Returns the medians of one target of `alternate`, and those of its ratios to the floor."""
    values = {key: middle(results[side][key] for results in rounds) for key in rounds[0][side]}
    keys = ("cpu", "rate", "p50", "p99")
    return values, {key: middle(over(results[side][key], results[floor][key]) for results in rounds) for key in keys}


def middle(values):
    return statistics.median(list(values))


def over(value, floor):
    return value / floor if floor else 0.0
