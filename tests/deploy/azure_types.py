"""What Azure's resources are made of, as Microsoft's own Python libraries declare it. They are read, not run."""

import ast
import re

# The type and API version: the package that declares it (with its folder of that version, where it has several) and its
# model there.
TYPES = {
    "Microsoft.App/containerApps@2025-07-01": ("appcontainers", "ContainerApp"),
    "Microsoft.App/managedEnvironments@2025-07-01": ("appcontainers", "ManagedEnvironment"),
    "Microsoft.Authorization/roleAssignments@2022-04-01": ("authorization/v2022_04_01", "RoleAssignmentCreateParameters"),
    "Microsoft.Cache/redisEnterprise@2025-07-01": ("redisenterprise", "Cluster"),
    "Microsoft.Cache/redisEnterprise/databases@2025-07-01": ("redisenterprise", "Database"),
    "Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30": ("msi/v2024_11_30", "Identity"),
    "Microsoft.Network/privateDnsZones@2024-06-01": ("privatedns", "PrivateZone"),
    "Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01": ("privatedns", "VirtualNetworkLink"),
    "Microsoft.Network/privateEndpoints@2024-07-01": ("network", "PrivateEndpoint"),
    "Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01": ("network", "PrivateDnsZoneGroup"),
    "Microsoft.Network/virtualNetworks@2024-07-01": ("network", "VirtualNetwork"),
    "Microsoft.Network/virtualNetworks/subnets@2024-07-01": ("network", "Subnet"),
    "Microsoft.OperationalInsights/workspaces@2025-07-01": ("loganalytics", "Workspace"),
    # Only looked up, so none of their properties is set; no package is installed for them.
    "Microsoft.ContainerRegistry/registries@2023-07-01": None,
    "Microsoft.KeyVault/vaults@2023-07-01": None,
    "Microsoft.KeyVault/vaults/secrets@2023-07-01": None,
}
# What listKeys() of these gives.
KEYS = {
    "Microsoft.Cache/redisEnterprise/databases": "AccessKeys",
    "Microsoft.OperationalInsights/workspaces": "SharedKeys",
}


class Package:
    """The models of one library, read and not run: {model: {property: (type, known values, rules)}}."""

    def __init__(self, folder, version):
        if not any(f'"{version}"' in file.read_text() for file in (folder / "operations").glob("*_operations.py")):
            raise SystemExit(f"{folder}: not of the API version {version}")
        enums = next((folder / "models").glob("*_enums.py"))
        self.enums = {
            of.name: [line.value.value for line in of.body if isinstance(line, ast.Assign)]
            for of in ast.parse(enums.read_text()).body
            if isinstance(of, ast.ClassDef)
        }
        classes = {
            of.name: of
            for of in ast.parse((folder / "models/_models_py3.py").read_text()).body
            if isinstance(of, ast.ClassDef)
        }
        self.models = {name: self.properties(of) for name, of in classes.items()}
        # One that adds nothing declares nothing.
        for name, of in classes.items():
            base = of.bases[0].id if isinstance(of.bases[0], ast.Name) else None
            self.models[name] = self.models[name] or self.models.get(base, {})

    def properties(self, of):
        told = {
            line.targets[0].id: ast.literal_eval(line.value)
            for line in of.body
            if isinstance(line, ast.Assign) and line.targets[0].id in ("_attribute_map", "_validation")
        }
        documentation = " ".join((ast.get_docstring(of) or "").split())
        properties = {}
        for attribute, declared in told.get("_attribute_map", {}).items():
            values = re.search(rf":vartype {attribute}: str or ~[\w.]+\.(\w+)", documentation)
            rules = told.get("_validation", {}).get(attribute, {})
            # Some bounds are only told in words.
            for bound, limit in re.findall(
                r"(Minimum|Maximum) value is (\d+)", re.search(rf":ivar {attribute}:.*?(?=:vartype|$)", documentation)[0]
            ):
                rules = {bound.lower(): int(limit)} | rules
            leaf = (declared["type"], self.enums[values[1]] if values else None, rules)
            # "properties.x" is how a library flattens the object properties.
            *outer, name = declared["key"].split(".")
            within = properties
            for step in outer:
                within = within.setdefault(step, ({}, None, {}))[0]
            within[name] = leaf
        return properties
