"""Where training happens: the only package that knows of threads, processes and clusters."""

from dann_core.engine.base import Engine, EngineError, Handle, device, one_thread
from dann_core.engine.choose import from_environment

__all__ = ["Engine", "EngineError", "Handle", "device", "from_environment", "one_thread"]
