"""Calls of clients, what runs answer, and statuses."""
