"""An assembly that is small enough to look at."""

import io
import json
import tarfile
from pathlib import Path

import pytest


def declared(namespace: str, name: str) -> dict[str, object]:
    return {
        "fqn": f"example.{namespace}.{name}",
        "namespace": namespace,
        "docs": {"summary": "left out"},
        "properties": [{"name": "id", "docs": {}, "type": {"primitive": "string"}}],
    }


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """An assembly of three submodules, laid out as jsii does."""
    folders = {"vpc": "vpc", "route53ResolverRule": "route53-resolver-rule", "instance": "instance"}
    manifest = {
        "name": "example",
        "readme": {"markdown": "left out"},
        "types": {f"example.{name}.A": declared(name, "A") for name in folders},
        "submodules": {f"example.{name}": {"symbolId": f"src/{folder}/index:"} for name, folder in folders.items()},
        "version": "1.0.0",
    }
    files = {
        "package/.jsii": json.dumps(manifest, indent=2),
        "package/package.json": '{"name": "example", "main": "lib/index.js"}',
        "package/lib/index.js": "".join(f'exports.{name} = require("./{name}");\n' for name in folders),
        "package/lib/vpc/index.d.ts": "export {};",
        **{f"package/lib/{folder}/index.js": f"exports.A = '{folder}';\n" for folder in folders.values()},
    }
    path = tmp_path / "example@1.0.0.jsii.tgz"
    with tarfile.open(path, "w:gz") as tarball:
        for name, text in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(text)
            tarball.addfile(member, io.BytesIO(text.encode()))
    return path
