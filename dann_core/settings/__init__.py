"""Everything that defines an experiment besides its data: every parameter's default, range, unit and help."""

from dann_core.settings.settings import GROUPS, RATES, WIDTHS, Settings

__all__ = ["GROUPS", "RATES", "WIDTHS", "Settings"]
