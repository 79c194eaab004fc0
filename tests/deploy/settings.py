"""Checks that every setting that a file for deployment names is one of config/default.toml.

    settings.py FILE...
"""

import re
import sys
import tomllib
from pathlib import Path

# Those that may also be a table (design 1.2), which config/default.toml cannot show beside the text.
TABLES = {"client.client_credential": ["private_key", "certificate", "federated_token_file"]}


def keys(table, path=""):
    for name, value in table.items():
        yield f"{path}{name}"
        if isinstance(value, dict):
            yield from keys(value, f"{path}{name}.")


def main(files):
    known = set(keys(tomllib.loads(Path("config/default.toml").read_text())))
    known |= {f"{table}.{key}" for table, members in TABLES.items() for key in members}
    names, unknown = 0, 0
    for file in files:
        for number, line in enumerate(Path(file).read_text().splitlines(), 1):
            for name in re.findall(r"\bIDENTITY_WEB__(\w+)", line):
                names += 1
                if name.lower().replace("__", ".") not in known:
                    unknown += 1
                    print(f"{file}:{number}: IDENTITY_WEB__{name} is no setting", file=sys.stderr)
    # None at all means that this looks at the wrong files.
    return 1 if unknown or not names else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
