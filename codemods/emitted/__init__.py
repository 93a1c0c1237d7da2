"""Emitted code: the text of the v2 forms, and what differs from what they take the place of."""
