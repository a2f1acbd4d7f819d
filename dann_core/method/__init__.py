"""The method: networks, losses, schedules, and the step that trains them."""
