"""Downloads that the site holds itself.

A notebook links to a file of the repository by its address on GitHub, since that works wherever the
notebook is read. On the site the same link hands out the file that the site was built with.
Sphinx's download role would show on GitHub as it is.
"""

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

from .pages import repository


class OwnDownloads(SphinxTransform):
    """Turn links to the repository's raw files into downloads from the site."""

    default_priority = 210

    def apply(self, **kwargs):
        """Rewrite the links of one page; Sphinx copies the files, and warns where one is not."""
        branch = self.config.html_theme_options.get("repository_branch", "main")
        raw = f"{repository(self.config)}/raw/{branch}/"
        for link in list(self.document.findall(nodes.reference)):
            if link.get("refuri", "").startswith(raw):
                path = link["refuri"].removeprefix(raw)
                new = addnodes.download_reference("", "", *link.children, reftarget=f"/{path}")
                link.replace_self(new)


def setup(app):
    """Register the transform."""
    app.add_transform(OwnDownloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
