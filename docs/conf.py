"""The documentation site: `make docs` builds it into `site/`; a link that leads nowhere is an error."""

from __future__ import annotations

from docutils.nodes import Element, SkipNode
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.writers.html5 import HTML5Translator

project = html_title = "DANN Explorer"
extensions = ["myst_parser"]
myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3
exclude_patterns = ["pictures"]
html_theme = "furo"
html_favicon = "../assets/icon.svg"
html_math_renderer = "mathml"
html_copy_source = html_show_sourcelink = False
# All of it from the site itself, so that it can be read without a network.
html_theme_options = {"footer_icons": []}


def _inline(translator: HTML5Translator, node: Element) -> None:
    translator.body.append(tex2mathml(node.astext(), as_block=False))
    raise SkipNode


def _block(translator: HTML5Translator, node: Element) -> None:
    translator.body.append(f"<div>{tex2mathml(node.astext(), as_block=True)}</div>")
    raise SkipNode


def setup(app: Sphinx) -> None:
    """Equations become MathML, which browsers draw without any script."""
    app.add_html_math_renderer("mathml", inline_renderers=(_inline, None), block_renderers=(_block, None))
