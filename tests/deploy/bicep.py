"""Checks a Bicep file as far as that goes without Microsoft's compiler, which no package registry has.

    bicep.py FOLDER FILE

The grammar is tree-sitter's. Every name must be declared, and every resource's properties must be those that Microsoft's
own Python libraries, in FOLDER, declare for that API version: names, types, known values, bounds, what is required and
what is read-only. A value that Azure would compute is taken on trust, but for the path of properties that leads to it.
"""

import sys
from pathlib import Path

import tree_sitter
import tree_sitter_bicep

from azure_types import KEYS, TYPES, Package

# Of Bicep's own names, those that are in use; "array" and "object" are types.
BUILT_IN = set(
    "allowed array az description empty guid json loadTextContent maxLength maxValue minLength minValue object "
    "resourceGroup subscriptionResourceId tenant union uniqueString uriComponent".split()
)
# Bicep's own, beside a resource's properties.
OF_EVERY_RESOURCE = {"name", "parent", "scope", "dependsOn"}


class Checker:
    def __init__(self, folder, file):
        self.folder, self.file = Path(folder), Path(file)
        self.problems, self.packages = [], {}
        parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_bicep.language()))
        self.root = parser.parse(self.file.read_bytes()).root_node
        self.declared, self.types = {}, {}

    def problem(self, node, text):
        self.problems.append(f"{self.file}:{node.start_point[0] + 1}: {text}")

    def check(self):
        self.syntax(self.root)
        if self.problems:
            return
        for node in self.root.named_children:
            self.declare(node, "")
        for name, (kind, version, node) in self.types.items():
            self.resource(name, kind, version, node)
        self.names(self.root)
        self.references()
        names = [text(identifier) for identifier in every(self.root, "identifier")]
        for name, node in self.declared.items():
            if names.count(name) < 2 and node.type in ("parameter_declaration", "variable_declaration"):
                self.problem(node, f"{name} is used nowhere")

    def syntax(self, node):
        if node.type == "ERROR" or node.is_missing:
            self.problem(node, f"this is not Bicep: {text(node)[:60]!r}")
        for child in node.children:
            self.syntax(child)

    def declare(self, node, outer):
        if not node.type.endswith("_declaration") or node.type == "output_declaration":
            return
        name = text(node.named_children[0])
        if name in self.declared:
            self.problem(node, f"{name} is declared twice")
        self.declared[name] = node
        if node.type != "resource_declaration":
            return
        kind, _, version = string(node.named_children[1]).partition("@")
        if outer:
            kind, version = f"{outer.partition('@')[0]}/{kind}", version or outer.partition("@")[2]
        self.types[name] = (kind, version, node)
        for inner in node.named_children[-1].named_children:
            for child in inner.named_children:
                self.declare(child, f"{kind}@{version}")

    def properties_of(self, kind, version):
        package, model = TYPES[f"{kind}@{version}"]
        if package not in self.packages:
            self.packages[package] = Package(self.folder / package, version)
        return self.packages[package], self.packages[package].models[model]

    def resource(self, name, kind, version, node):
        if f"{kind}@{version}" not in TYPES:
            return self.problem(node, f"{kind}@{version} is not a type that this check knows")
        body = node.named_children[-1]
        if any(child.type == "existing" for child in node.children):
            for key, value in pairs(body):
                if key not in OF_EVERY_RESOURCE:
                    self.problem(value, f"{name} is existing: nothing of it can be set")
        elif TYPES[f"{kind}@{version}"] is None:
            self.problem(node, f"{kind}: this check knows no properties of it")
        else:
            package, properties = self.properties_of(kind, version)
            self.object(package, body, properties, name, OF_EVERY_RESOURCE)

    def object(self, package, node, properties, path, more=frozenset()):
        given = dict(pairs(node))
        for key, value in given.items():
            if key in more:
                continue
            if key not in properties:
                self.problem(value, f"{path} has no property {key}; it has {', '.join(sorted(properties))}")
                continue
            declared, values, rules = properties[key]
            if rules.get("readonly"):
                self.problem(value, f"{path}.{key} is read-only")
            self.value(package, value, declared, values, rules, f"{path}.{key}")
        for key, (_, _, rules) in properties.items():
            if rules.get("required") and not rules.get("readonly") and key not in given:
                self.problem(node, f"{path} lacks {key}")

    def value(self, package, node, declared, values, rules, path):
        node = self.resolved(node)
        is_list, is_map = (isinstance(declared, str) and declared[0] == opening for opening in "[{")
        if node.type in ("ternary_expression", "parenthesized_expression"):
            for branch in node.named_children[-2 if node.type[0] == "t" else 0 :]:
                self.value(package, branch, declared, values, rules, path)
        elif node.type == "call_expression" and text(node.named_children[0]) == "union":
            merged = {}
            for argument in node.named_children[1].named_children:
                merged |= dict(pairs(self.resolved(argument)))
            self.object(package, Merged(node, merged), package.models[declared], path)
        elif node.type == "array":
            if not is_list:
                return self.problem(node, f"{path} is a {declared}, not an array")
            for item in node.named_children:
                if item.type != "comment":
                    self.value(package, item, declared[1:-1], None, {}, f"{path}[]")
        elif node.type == "object":
            if is_map:
                for key, item in pairs(node):
                    self.value(package, item, declared[1:-1], None, {}, f"{path}.{key}")
            elif isinstance(declared, dict) or declared in package.models:
                self.object(package, node, declared if isinstance(declared, dict) else package.models[declared], path)
            elif declared != "object":
                self.problem(node, f"{path} is a {declared}, not an object")
        elif node.type in ("string", "number", "boolean"):
            self.scalar(node, declared, values, rules, path)

    def scalar(self, node, declared, values, rules, path):
        fits = {"string": ("str", "object"), "number": ("int", "float", "object"), "boolean": ("bool", "object")}
        if declared not in fits[node.type]:
            self.problem(node, f"{path} is a {declared if isinstance(declared, str) else 'object'}, not a {node.type}")
        elif node.type == "string" and values and (constant := string(node)) is not None and constant not in values:
            self.problem(node, f"{path} is one of {', '.join(values)}, not {constant}")
        elif node.type == "number":
            low, high = rules.get("minimum", float("-inf")), rules.get("maximum", float("inf"))
            if not low <= float(text(node)) <= high:
                self.problem(node, f"{path} is from {low} to {high}")

    def resolved(self, node):
        """What a variable stands for."""
        while node.type == "identifier" and text(node) in self.declared:
            declaration = self.declared[text(node)]
            if declaration.type != "variable_declaration":
                break
            node = declaration.named_children[-1]
        return node

    def names(self, node):
        """That every name that is used is declared, and every path into a resource leads somewhere."""
        for identifier in every(node, "identifier"):
            key = identifier.parent.type == "object_property" and identifier.parent.named_children[0] == identifier
            output = identifier.parent.type == "output_declaration" and identifier.parent.named_children[0] == identifier
            if not key and not output and text(identifier) not in self.declared | dict.fromkeys(BUILT_IN):
                self.problem(identifier, f"{text(identifier)} is declared nowhere")
        for member in every(node, "member_expression"):
            self.path(member)

    def path(self, member):
        steps, start = [], member
        while start.type in ("member_expression", "call_expression"):
            if start.type == "member_expression":
                steps.insert(0, text(start.named_children[-1]))
            start = start.named_children[0]
        start = start.named_children[-1] if start.type == "resource_expression" else start
        kind, version, _ = self.types.get(text(start), (None, None, None))
        if kind is None or TYPES.get(f"{kind}@{version}") is None:
            return
        package, properties = self.properties_of(kind, version)
        if steps[0] == "listKeys":
            steps, properties = steps[1:], package.models.get(KEYS.get(kind), {})
        for step in [] if steps == ["id"] else steps:
            if not isinstance(properties, dict) or step not in properties:
                return self.problem(member, f"{text(start)} has no {'.'.join(steps)}")
            properties = properties[step][0]
            properties = package.models.get(properties, properties) if isinstance(properties, str) else properties

    def references(self):
        """That what a container app refers to by name is there."""
        given = [pair for node in every(self.root, "object") for pair in pairs(node)]
        for reference, among in {"secretRef": "secrets", "volumeName": "volumes"}.items():
            there = {
                string(value)
                for key, array in given
                if key == among
                for item in array.named_children
                for name, value in pairs(item)
                if name == "name"
            }
            for key, value in given:
                if key == reference and string(value) not in there:
                    self.problem(value, f"there is no {string(value)} in {among}")


class Merged:
    """The object that union() makes."""

    def __init__(self, node, properties):
        self.start_point, self.properties = node.start_point, properties


def text(node):
    return node.text.decode()


def string(node):
    """A string's content; nothing, where a part of it is computed."""
    if any(child.type == "interpolation" for child in node.children):
        return None
    return "".join(text(child) for child in node.named_children)


def pairs(node):
    if isinstance(node, Merged):
        return node.properties.items()
    found = []
    for child in node.named_children:
        if child.type == "object_property" and len(child.named_children) == 2:
            key, value = child.named_children
            found.append((text(key) if key.type == "identifier" else string(key) or text(key), value))
    return found


def every(node, kind):
    if node.type == kind:
        yield node
    for child in node.children:
        yield from every(child, kind)


if __name__ == "__main__":
    checker = Checker(*sys.argv[1:])
    checker.check()
    for problem in checker.problems:
        print(problem, file=sys.stderr)
    sys.exit(1 if checker.problems else 0)
