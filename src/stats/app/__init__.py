"""The explorer as a local page, for people without JupyterLab.

The page is stateless and read-only: all that is chosen stands in its address, every request is
answered from the address alone, and nothing is kept of whoever asked. It listens on this machine
only, sets no cookie, and loads nothing from anywhere else.
"""

from stats.app.server import run

__all__ = ["run"]
