"""Classroom: a link for a class, and all its runs at a glance."""

from __future__ import annotations

from ui import classroom, visitors

visitors.come_back()
classroom.draw()
